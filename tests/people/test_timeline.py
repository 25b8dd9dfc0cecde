from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from duologue.people.models import Batch, Profile
from duologue.people.timeline import actions, queries

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def profile(transactional_db, workspace):
    profile = Profile(workspace=workspace, person=1, shard=3, created_at=NOW, seen_at=NOW)
    profile.save()
    return profile


def write(workspace, profile, *names):
    with transaction.atomic():
        actions.write(workspace=workspace, events=[actions.NewEvent(profile.pk, NOW, name) for name in names], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_batches_are_numbered_without_gaps_even_after_a_rollback(workspace, profile):
    write(workspace, profile, "A", "B")
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012  the raising is the point
        actions.write(workspace=workspace, events=[actions.NewEvent(profile.pk, NOW, "lost")], now=NOW)
        raise RuntimeError
    write(workspace, profile, "C")
    assert list(Batch.within(workspace).order_by("batch_no").values_list("batch_no", "events")) == [(1, 2), (2, 1)]


@pytest.mark.django_db(transaction=True)
def test_a_follower_reads_each_batch_once(workspace, profile):
    write(workspace, profile, "A", "B")
    write(workspace, profile, "C")
    seen = []
    while True:
        with transaction.atomic():
            reading = queries.unread(workspace, "test", most=1)
            if reading is None:
                break
            seen.append([event.name for event in reading.events])
            actions.move_cursor(workspace=workspace, follower="test", batch_no=reading.batch_no)
    assert seen == [["A", "B"], ["C"]]
    assert queries.all_read_until(workspace, "test")


@pytest.mark.django_db(transaction=True)
def test_a_slow_transaction_is_not_passed_over(workspace, profile):
    """The number is given at commit: what began earlier and commits later comes after, never in between."""
    slow = connection.copy()
    try:
        with slow.cursor() as cursor:
            slow.set_autocommit(False)
            cursor.execute(
                "INSERT INTO people_batch (workspace_id, write_id, events, first_at, last_at, written_at) "
                "VALUES (%s, nextval('people_write_id_seq'), 1, %s, %s, %s)",
                (workspace.pk, NOW, NOW, NOW),
            )
            write(workspace, profile, "fast")
            with transaction.atomic():
                assert queries.unread(workspace, "test").batch_no == 1
            slow.commit()
        with transaction.atomic():
            assert queries.unread(workspace, "test").batch_no == 2
    finally:
        slow.close()
