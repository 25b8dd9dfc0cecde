"""A dialogue chosen from the ready-made ones on screen: looked at, chosen for, refused, added, and ready to be started."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from duologue.cli.plans.applying import files_in_force
from duologue.people.consent.models import Purpose
from duologue.platform.audit.models import AuditEntry
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.dialogues.ready import files
from tests.web.browser.pictures import shown
from tests.web.browser.test_every_page import ALL, BROKEN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_dialogue_from_the_gallery_to_its_script(house, chromium):
    page = house.open(house.enter(chromium), "dialogues")
    page.get_by_role("link", name="Begin with a ready-made one").click()
    assert page.locator(".gallery > li").count() == 11
    shown(page, "ready-made", 1280)
    page.get_by_role("link", name="Birthday").click()
    it_is_looked_at(page)
    what_does_not_fit_is_refused(house, page)
    it_is_added_as_chosen(house, page)
    page.close()


def it_is_looked_at(page):
    page.get_by_text("It invites", exact=False).wait_for()
    assert page.locator(".storyboard .frame-of").count() >= 3
    page.evaluate(Axe().axe_script)
    assert page.evaluate(BROKEN, ALL) == []
    shown(page, "ready-made-birthday", 1280)


def what_does_not_fit_is_refused(house, page):
    page.get_by_label("What the treat is worth").fill("a lot")
    page.get_by_role("button", name="Add it to the workspace").click()
    page.get_by_role("alert").get_by_text("offers/birthday-treat.yaml", exact=False).wait_for()
    assert page.get_by_label("What the treat is worth").input_value() == "a lot"
    assert not Dialogue.within(house.workspace).filter(name="birthday").exists()


def it_is_added_as_chosen(house, page):
    page.get_by_label("What the treat is worth").fill("7 GBP")
    page.get_by_label("The hour at which it is said").fill("11:00")
    page.get_by_role("button", name="Add it to the workspace").click()
    page.get_by_text("It is added, as a draft", exact=False).wait_for()
    expect(page.get_by_role("button", name="Start").first).to_be_visible()
    purpose = Purpose.within(house.workspace).filter(basis="consent").order_by("name").first().name
    chosen = {"worth": "7 GBP", "hour": "11:00"} | ({} if purpose == "promotions" else {"purpose": purpose})
    kept = files_in_force(house.workspace)
    assert {path: kept[path].decode() for path in files("birthday", {})} == files("birthday", chosen)
    assert Dialogue.within(house.workspace).get(name="birthday").state == "draft"
    assert AuditEntry.objects.get(workspace=house.workspace, subject="birthday").action == "add ready-made dialogue"
