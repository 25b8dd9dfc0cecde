from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from duologue.platform.registry import shards

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_one_owner_alone_holds_every_shard_and_keeps_its_epochs_on_renewal():
    held = shards.acquire("engine", "one", NOW)
    assert sorted(held) == list(range(64))
    assert shards.acquire("engine", "one", NOW + timedelta(seconds=5)) == held


@pytest.mark.django_db
def test_a_second_owner_comes_to_hold_half():
    shards.acquire("engine", "one", NOW)
    assert shards.acquire("engine", "two", NOW) == {}
    first = shards.acquire("engine", "one", NOW)
    second = shards.acquire("engine", "two", NOW)
    assert (len(first), len(second), set(first) & set(second)) == (32, 32, set())


@pytest.mark.django_db
def test_a_late_write_of_an_owner_that_went_silent_is_refused():
    held = shards.acquire("engine", "one", NOW)
    shards.check("engine", held)
    shards.acquire("engine", "two", NOW + timedelta(seconds=11))
    with pytest.raises(shards.LeaseLost):
        shards.check("engine", held)


@pytest.mark.django_db
def test_shards_of_a_dead_owner_all_pass_on():
    shards.acquire("engine", "one", NOW)
    assert len(shards.acquire("engine", "two", NOW + timedelta(seconds=11))) == 64


@pytest.mark.django_db
def test_shards_given_back_are_free_at_once():
    held = shards.acquire("engine", "one", NOW)
    shards.release("engine", "one", NOW)
    assert len(shards.acquire("engine", "two", NOW)) == 64
    with pytest.raises(shards.LeaseLost):
        shards.check("engine", held)


@pytest.mark.django_db
def test_roles_do_not_meet():
    shards.acquire("engine", "one", NOW)
    assert len(shards.acquire("gate", "two", NOW)) == 64


@pytest.mark.django_db(transaction=True)
def test_while_a_write_runs_its_shards_change_hands_with_nobody_and_nobody_waits():
    held = shards.acquire("engine", "one", NOW)
    taken: dict[int, int] = {}

    def other():
        taken.update(shards.acquire("engine", "two", NOW + timedelta(minutes=1)))
        connection.close()

    with transaction.atomic():
        shards.check("engine", {shard: epoch for shard, epoch in held.items() if shard < 10})
        thread = Thread(target=other)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
    assert sorted(taken) == list(range(10, 64))
