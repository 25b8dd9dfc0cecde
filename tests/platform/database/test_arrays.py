from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duologue.platform.database import arrays
from tests.drawn import drawn

pytestmark = pytest.mark.django_db
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)


def returned(kind, array):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT x FROM unnest(%s::{kind}[]) WITH ORDINALITY AS n (x, place) ORDER BY place", (array,))
        return [row[0] for row in cursor.fetchall()]


@settings(max_examples=drawn(50), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(WORDS, st.sampled_from(["NULL", "", '"', "\\", "{a,b}", "%s", "it's", "\n\t"]))))
def test_texts_come_back_as_they_were(items):
    assert returned("text", arrays.texts(items)) == items
    mixed = [None, *items, None]
    assert returned("text", arrays.texts_or_nothing(mixed)) == mixed


def test_numbers_moments_and_digests_come_back_as_they_were():
    at = datetime(2026, 1, 5, 12, 0, 0, 123, tzinfo=UTC)
    assert returned("bigint", arrays.numbers([1, -2, 2**62])) == [1, -2, 2**62]
    assert returned("timestamptz", arrays.moments([at, None])) == [at, None]
    assert [bytes(one) for one in returned("bytea", arrays.digests([b"\x00\xff\\", b""]))] == [b"\x00\xff\\", b""]
    assert returned("bigint", arrays.numbers([])) == []


def test_a_null_character_is_refused():
    with pytest.raises(ValueError, match="null character"):
        arrays.texts(["a", "b\x00c"])
