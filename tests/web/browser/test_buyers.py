"""Buyers on screen: left to a job at first, then a table of months, and the same as a file."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from django.db import transaction

from duologue.measure.buyers.models import BuyerCohorts
from duologue.measure.buyers.tasks import count_buyers_of
from duologue.people.profiles.actions import add
from duologue.people.timeline.actions import NewEvent, write
from duologue.people.timeline.names import ORDER_COMPLETED
from duologue.platform.workspaces.queries import now
from tests.web.browser.pictures import shown
from tests.web.browser.test_every_page import ALL, BROKEN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PEOPLE, DAYS = 600, 430


def a_year_of_orders(workspace):
    """Let people begin to buy on any day of a year and more, and half of them come back now and then."""
    draw, at = random.Random(5), now(workspace)
    events = []
    for profile in add(workspace=workspace, seen_at=[at] * PEOPLE):
        days = draw.uniform(1, DAYS)
        while days > 0:
            events.append(NewEvent(profile, at - timedelta(days=days), ORDER_COMPLETED, {"revenue": draw.choice([18, 24.5, 42])}))
            days -= draw.expovariate(1 / 70) if draw.random() < 0.5 else DAYS
    with transaction.atomic():
        write(workspace=workspace, events=events, now=at)


def test_buyers_from_the_first_look_to_the_file(house, chromium):
    a_year_of_orders(house.workspace)
    page = house.open(house.enter(chromium), "buyers")
    page.get_by_text("It is being counted.").wait_for()
    count_buyers_of(house.workspace.pk)
    page.reload()
    page.get_by_text("Of a hundred people who bought for the first time", exact=False).wait_for()
    months = BuyerCohorts.within(house.workspace).get().data["cohorts"]
    assert page.locator(".cohorts tbody tr").count() == len(months) > 12
    oldest = page.locator(".cohorts tbody tr").last
    month, one = next(iter(months.items()))
    share = round(100 * one["again"]["3"] / one["people"])
    assert oldest.locator("th, td").all_inner_texts()[:2] == [month, str(one["people"])]
    assert oldest.locator("td").nth(3).inner_text() == f"{share}%"
    page.evaluate(Axe().axe_script)
    assert page.evaluate(BROKEN, ALL) == []
    shown(page, "buyers")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert f"cohorts,{month}.people,{one['people']}" in Path(download.value.path()).read_text()
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
