"""The gate writes only for people whose shards its process holds, so that two senders never count one person's caps at once."""

from datetime import timedelta

import pytest

from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Delivery
from duologue.people.profiles.models import Profile
from duologue.platform.database.clock import database_now
from duologue.platform.registry import shards
from duologue.platform.registry.leases import owner
from duologue.platform.workspaces.actions import go_live


@pytest.fixture
def live(shop, person, delivery):
    """A live shop in which 8 people of 8 shards are due."""
    go_live(shop)
    shop.refresh_from_db()
    now = database_now()
    due = [delivery(person(n), due_at=now, too_late_at=now + timedelta(days=1)) for n in range(8)]
    actions.plan(workspace=shop, deliveries=due, now=now)
    tasks.leases.lost()
    yield shop
    tasks.leases.lost()


def shards_of(shop, state):
    rows = Delivery.within(shop).filter(state=state).values_list("profile_id", flat=True)
    return sorted(Profile.within(shop).filter(pk__in=list(rows)).values_list("shard", flat=True))


def test_it_sends_only_for_the_shards_that_it_holds(live):
    now = database_now()
    for one in (owner(), "another"):  # the first has all, and shares when it asks again
        shards.acquire(tasks.ROLE, one, now)
    mine, theirs = (shards.acquire(tasks.ROLE, one, now) for one in (owner(), "another"))
    assert len(mine) == len(theirs) == 32
    tasks.send_due(live, now)
    assert shards_of(live, "accepted") == [n for n in range(8) if n in mine]
    assert shards_of(live, "queued") == [n for n in range(8) if n in theirs]
    shards.release(tasks.ROLE, "another", now)
    tasks.leases.lost()
    tasks.send_due(live, database_now())
    assert shards_of(live, "queued") == []


def test_a_sender_that_lost_its_shards_in_between_sends_nothing(live):
    held = tasks.leases.held()
    assert len(held) == 64
    shards.acquire(tasks.ROLE, "another", database_now() + timedelta(seconds=shards.LEASE_SECONDS + 1))
    assert tasks.send_due(live, database_now()) == 0
    assert shards_of(live, "queued") == list(range(8))


def test_under_a_virtual_clock_whoever_moves_it_can_send(shop, person, delivery, now):
    actions.plan(workspace=shop, deliveries=[delivery(person(1))], now=now)
    shards.acquire(tasks.ROLE, "a running sender", database_now())
    assert tasks.send_due(shop, now) == 1
    assert Delivery.within(shop).get().state == "accepted"
