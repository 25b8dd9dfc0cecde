from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from duologue.platform.database.blocks import NOTHING
from duologue.platform.database.meanwhile import sending
from duologue.platform.database.rows import add, copy

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)))


def read_back(rows):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kept")
        cursor.execute("CREATE TEMPORARY TABLE kept (place bigserial, one text, two text)")
        assert copy(cursor, "kept (one, two)", rows) == len(rows)
        cursor.execute("SELECT one, two FROM kept ORDER BY place")
        return cursor.fetchall()


@given(st.lists(st.tuples(TEXTS, st.one_of(TEXTS, st.just(NOTHING))), max_size=5))
def test_what_is_written_is_what_was_given(rows):
    assert read_back(rows) == [(one, None if two == NOTHING else two) for one, two in rows]


@pytest.mark.parametrize("text", [r"\N", r"\.", "\\", "a\tb", "\r\n", "\x1f\x1e", "\\x00", ""])
def test_marks_of_the_format_are_plain_text(text):
    assert read_back([(text, text), ("after", text)]) == [(text, text), ("after", text)]


@pytest.mark.parametrize("text", ["\x00", "a\x00f", "\x00rb", "x\x00n"])
def test_a_null_character_is_refused(text):
    with pytest.raises(ValueError, match="null character"):
        read_back([(text, "two")])


@pytest.mark.parametrize("meant", [nullcontext, sending])
def test_one_row_is_added_after_those_before_it(meant, django_assert_num_queries):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kept")
        cursor.execute("CREATE TEMPORARY TABLE kept (place bigserial, one text, at timestamptz)")
        with django_assert_num_queries(0 if meant is sending else 2), meant(), connection.cursor() as writing:
            copy(writing, "kept (one, at)", [("first", "2026-01-05T12:00:00+00:00")])
            add(writing, "kept (one, at)", (r"a\N'", "2026-01-05T13:00:00+01:00"))
        cursor.execute("SELECT one, at FROM kept ORDER BY place")
        assert cursor.fetchall() == [("first", NOON), (r"a\N'", NOON)]
