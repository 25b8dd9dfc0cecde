"""Joining two people on the screen, and taking it back."""

import pytest
from django.urls import reverse

from duologue.people.models import Event, Merge
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.people.profiles.queries import people, profiles_of
from duologue.platform.audit.queries import entries
from duologue.platform.workspaces.queries import now


@pytest.fixture
def two(workspace):
    moment = now(workspace)
    first, second = add(workspace=workspace, seen_at=[moment, moment])
    learn(
        workspace=workspace,
        facts=[NewFact(first, "city", "Oslo", "form", moment), NewFact(second, "city", "Bergen", "form", moment)],
        now=moment,
    )
    return first, second


def act(owner, workspace, what, person, **said):
    answer = owner.post(reverse(f"people:{what}", args=[workspace.name, person]), said)
    assert answer.status_code == 302
    return owner.get(answer["location"]).content.decode()


def test_a_merge_on_the_screen_is_undone_on_the_screen(workspace, owner, two):
    keep, lose = two
    events = list(Event.within(workspace).order_by("id").values_list("id", "profile_id"))
    page = act(owner, workspace, "merge", keep, other=str(lose), because="same card")
    assert "one person now" in page
    assert profiles_of(workspace, [keep])[keep] == sorted(two)
    merged = Merge.within(workspace).get()
    assert reverse("people:unmerge", args=[workspace.name, keep]) in page
    page = act(owner, workspace, "unmerge", keep, merge=str(merged.pk))
    assert "a person of their own again" in page
    assert (profiles_of(workspace, [keep])[keep], profiles_of(workspace, [lose])[lose]) == ([keep], [lose])
    assert [people(workspace, [one])[one].facts["city"] for one in two] == ["Oslo", "Bergen"]
    assert list(Event.within(workspace).filter(id__in=[pk for pk, _ in events]).order_by("id").values_list("id", "profile_id")) == events
    assert [entry.action for entry in entries(workspace)] == ["undo merge", "merge people"]


@pytest.mark.parametrize("other", ["", "x", "999999", "self"])
def test_nobody_else_is_not_merged(workspace, owner, two, other):
    page = act(owner, workspace, "merge", two[0], other=str(two[0]) if other == "self" else other)
    assert "There is no other person of that number" in page
    assert not Merge.within(workspace).exists()
