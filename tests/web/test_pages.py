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


def test_every_page_opens(workspace, owner):
    failed = {}
    for name, address in pages(workspace, seed.fill(workspace, now(workspace))).items():
        answer = owner.get(address)
        if answer.status_code != 200:
            failed[name] = answer.status_code
    assert failed == {}


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_workspace_says_what_to_do(workspace, owner, name):
    answer = owner.get(reverse(LISTS[name], args=[workspace.name]))
    assert answer.status_code == 200


def test_as_many_queries_for_three_as_for_one(workspace, owner):
    one = seed.fill(workspace, now(workspace), people=1)
    first = {name: queries(owner, address) for name, address in pages(workspace, one).items()}
    more = create_workspace(name="more", title="More", clock_at="2026-01-05T12:00:00+00:00")
    seed.staff_for(more)
    three = seed.fill(more, now(more), people=3)
    second = {name: queries(owner, address) for name, address in pages(more, three).items()}
    assert {name: (first[name], second[name]) for name in first if second[name] > first[name]} == {}
    assert max(second.values()) < 40


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def test_before_a_dialogue_is_started_its_launch_sheet_says_what_would_become_of_everyone(workspace, owner):
    seed.fill(workspace, now(workspace), people=7)
    answer = owner.get(reverse("strategize:launch-sheet", args=[workspace.name, "win-back"]))
    assert answer.status_code == 200
    assert "in its audience" in answer.content.decode()
