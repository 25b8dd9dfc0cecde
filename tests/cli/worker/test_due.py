"""One query answers what each room answers for itself."""

from datetime import timedelta

import pytest
from django.db import transaction

from duologue.cli.worker.due import FOLLOWER, MOMENTS, waiting
from duologue.cli.worker.following import TOGETHER
from duologue.cli.worker.once import turn_the_wheel
from duologue.engage.conversations.queries import next_overdue
from duologue.engage.messages.queries import next_due
from duologue.engage.perks.queries import next_expiry
from duologue.engage.runs.queries import next_wake
from duologue.people.intake.actions import receive
from duologue.people.intake.queries import next_arrival
from duologue.people.models import Profile
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.registry import ports
from duologue.platform.workspaces.queries import now as now_in
from duologue.strategize.segments.queries import next_recheck

pytestmark = pytest.mark.django_db(transaction=True)
ROOMS = {
    "intake": next_arrival,
    "segments": next_recheck,
    "conversations": next_overdue,
    "perks": next_expiry,
    "runs": next_wake,
    "messages": next_due,
}
FOLLOWERS = {f"{FOLLOWER}{name}" for name in ("perks", "products", "contributions", "runs", "segments", "lake")}


def test_nothing_waits_in_a_new_workspace(workspace):
    found = waiting(workspace)
    assert (found.moments, found.at_once, found.next()) == ({}, frozenset(), None)
    assert not turn_the_wheel(workspace, now_in(workspace))


def test_every_room_is_asked_what_it_answers_itself(workspace):
    now = now_in(workspace)
    event = b'{"type": "track", "event": "Seen", "userId": "u1", "messageId": "m1"}'
    receive(workspace=workspace, source="shop", payloads=[event], now=now, arrives_at=[now + timedelta(hours=2)])
    found = waiting(workspace)
    assert set(ROOMS) <= set(MOMENTS)
    assert found.moments == {name: at for name, ask in ROOMS.items() if (at := ask(workspace)) is not None}
    assert found.next() == now + timedelta(hours=2)
    assert not found.has("intake", now + timedelta(hours=1))
    assert found.has("intake", now + timedelta(hours=2))


def test_every_follower_is_behind_a_new_batch_until_it_has_read_it(workspace):
    now = now_in(workspace)
    profile = Profile(workspace=workspace, person=1, shard=0, created_at=now, seen_at=now)
    profile.save()
    with transaction.atomic():
        write(workspace=workspace, events=[NewEvent(profile.pk, now, "Seen")], now=now)
    assert waiting(workspace).at_once == {*FOLLOWERS, TOGETHER}
    assert {f"{FOLLOWER}{follower.name}" for follower in ports.followers()} == FOLLOWERS
    assert turn_the_wheel(workspace, now)
    assert waiting(workspace).at_once <= {f"{FOLLOWER}lake"}  # the lake takes many at once
    assert not turn_the_wheel(workspace, now)


def test_a_turn_in_which_nothing_is_due_asks_once(workspace, django_assert_num_queries):
    now = now_in(workspace)
    turn_the_wheel(workspace, now)
    with django_assert_num_queries(1):
        turn_the_wheel(workspace, now)
