"""COPYs sent while the caller goes on: in their order, before any other statement, all or none."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from duologue.platform.database.meanwhile import sending
from duologue.platform.database.rows import copy

pytestmark = pytest.mark.django_db


@pytest.fixture
def cursor(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept (number integer PRIMARY KEY)")
        yield cursor


def numbers(cursor):
    cursor.execute("SELECT array_agg(number ORDER BY number) FROM kept")
    return cursor.fetchone()[0] or []


def test_a_statement_sees_every_copy_before_it(cursor):
    with transaction.atomic(), sending():
        assert copy(cursor, "kept (number)", [["1"], ["2"]]) == 2
        copy(cursor, "kept (number)", [["3"]])
        assert numbers(cursor) == [1, 2, 3]
        copy(cursor, "kept (number)", (str(number).split() for number in range(4, 30_000)))
    assert len(numbers(cursor)) == 29_999


def send(cursor, *rows):
    with transaction.atomic(), sending():
        for row in rows:
            copy(cursor, "kept (number)", row)


@pytest.mark.parametrize(("bad", "error"), [(["1"], IntegrityError), (["x"], DataError)])
def test_what_was_not_taken_in_is_told_and_takes_all_back(cursor, bad, error):
    with pytest.raises(error):
        send(cursor, [["1"]], [bad], [["2"]])
    assert numbers(cursor) == []


def test_nothing_is_left_on_its_way_once_one_was_not_taken_in(cursor):
    for _ in range(20):
        with transaction.atomic(), sending():
            with pytest.raises(IntegrityError):
                send(cursor, [["1"]], [["1"]], [["2"]], [["3"]])
            assert numbers(cursor) == []
    assert numbers(cursor) == []


def test_what_the_caller_raises_comes_through(cursor):
    with pytest.raises(TypeError):
        send(cursor, [["1"]], None)
    assert numbers(cursor) == []


def test_one_inside_another_is_the_same_one(cursor):
    with transaction.atomic(), sending():
        with sending():
            copy(cursor, "kept (number)", [["1"]])
        copy(cursor, "kept (number)", [["2"]])
    assert numbers(cursor) == [1, 2]
