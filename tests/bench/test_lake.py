"""What the lake's case stands on: a past that is whole batches, and a judge of readers who sees what is wrong."""

from datetime import timedelta

import pytest
from django.db import connection

from bench.crowd import NOON, crowd
from bench.past import BATCH, Past
from bench.reading import Meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
SINCE = NOON - timedelta(days=60)


@pytest.fixture
def past(workspace):
    crowd(workspace, 40)
    return Past(workspace)


def asked(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_a_past_is_written_in_batches_that_say_what_they_hold(past):
    last = past.write(2 * BATCH + 500, since=SINCE, until=NOON)
    batches = asked(
        """SELECT b.batch_no, b.events, count(e.id), b.first_at = min(e.occurred_at), b.last_at = max(e.occurred_at)
           FROM people_batch b LEFT JOIN people_event e USING (write_id) WHERE e.source = 'bench' GROUP BY b.write_id ORDER BY 1"""
    )
    assert [batch[1:] for batch in batches] == [(many, many, True, True) for many in (BATCH, BATCH, 500)]
    assert batches[-1][0] == last
    assert past.count() == past.events == past.counts()[last] == 2 * BATCH + 500
    assert asked("SELECT count(DISTINCT profile_id), min(occurred_at), max(occurred_at) < %s FROM people_event", NOON) == [
        (40, SINCE, True)
    ]


def test_what_comes_later_is_of_those_who_stay(past):
    past.write(500, since=SINCE, until=NOON)
    gone = [past.first, past.first + 1]
    before = past.count(gone)
    past.write_without(2)
    past.write(500, since=NOON, until=NOON + timedelta(hours=1))
    assert past.count(gone) == before > 0
    assert past.count() == 1_000


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ([(0, 0), (7, 0)], "a reader saw 7"),
        ([(20, 0), (0, -1)], "a reader saw 499 of 500"),
        ([(20, 0), (20, 0)], "or stayed"),
        ([(20, 0), (0, 0)], None),
    ],
)
def test_a_reader_sees_all_or_nothing_of_those_who_go_and_all_of_the_others(past, reads, said):
    last = past.write(500, since=SINCE, until=NOON)
    others = Meanwhile(past, [])
    others.reads = [(last, gone, 500 + more) for gone, more in reads]
    if said is None:
        others.check(20)
    else:
        with pytest.raises(AssertionError, match=said):
            others.check(20)


def test_a_reader_who_failed_is_told(past):
    def fails():
        raise FileNotFoundError("a file of the lake")

    others = Meanwhile(past, [])
    others._while(fails)
    with pytest.raises(FileNotFoundError, match="a file of the lake"):
        others.check(0)
