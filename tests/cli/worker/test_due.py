"""One query answers what each room answers for itself."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from duologue.cli.worker.due import FOLLOWER, MOMENTS, waiting
from duologue.cli.worker.following import TOGETHER
from duologue.cli.worker.once import come_to_rest, turn_the_wheel
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


def test_what_waits_is_not_asked_again_where_nothing_has_moved(workspace):
    now = now_in(workspace)
    event = b'{"type": "track", "event": "Seen", "userId": "u1", "messageId": "m1"}'
    receive(workspace=workspace, source="shop", payloads=[event], now=now, arrives_at=[now + timedelta(hours=2)])
    with CaptureQueriesContext(connection) as asked:
        moved, rest = come_to_rest(workspace, now)
    assert (moved, rest.moments, len(asked)) == (False, {"intake": now + timedelta(hours=2)}, 1)
    with CaptureQueriesContext(connection) as asked:
        moved, rest = come_to_rest(workspace, now + timedelta(hours=2))
    assert (moved, rest.moments) == (True, {})
    question = asked[0]["sql"][:100]
    asked_at = [place for place, query in enumerate(asked) if query["sql"].startswith(question)]
    assert len(asked_at) == 2  # at the beginning, and once the event was taken in and read by all followers
