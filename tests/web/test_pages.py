"""Every page opens, says what is empty, and asks as many questions of the database for three items as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now
from tests.web import seed
from tests.web.addresses import LISTS, pages


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_workspace_says_what_to_do(workspace, owner, name):
    answer = owner.get(reverse(LISTS[name], args=[workspace.name]))
    assert answer.status_code == 200


@pytest.mark.first
def test_every_page_opens_with_as_many_queries_for_three_people_as_for_one(workspace, owner):
    one, three = pages(workspace, seed.fill(workspace, now(workspace), people=1)), three_people()
    for address in one.values():
        queries(owner, address)  # what a process asks once
    first = {name: queries(owner, address) for name, address in one.items()}
    second = {name: queries(owner, address) for name, address in three.items()}
    more = {name: queries(owner, three[name]) for name in first if second[name] > first[name]}  # some is asked once of each workspace
    assert {name: (first[name], found) for name, found in more.items() if found > first[name]} == {}
    assert max({**second, **more}.values()) < 40


def three_people():
    more = create_workspace(name="more", title="More", clock_at="2026-01-05T12:00:00+00:00")
    seed.staff_for(more)
    return pages(more, seed.fill(more, now(more), people=3))


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(captured)


def test_before_a_dialogue_is_started_its_launch_sheet_says_what_would_become_of_everyone(workspace, owner, filled):
    answer = owner.get(reverse("strategize:launch-sheet", args=[workspace.name, "win-back"]))
    assert answer.status_code == 200
    assert "in its audience" in answer.content.decode()
