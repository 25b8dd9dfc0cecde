from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg import DataError
from psycopg.types.datetime import TimestamptzLoader

from duologue.platform.database.moments import MomentLoader

OID = 1184
ZONES = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-14 * 60, 14 * 60))
LOCAL = st.datetimes().filter(lambda moment: 1 < moment.year < 9998)


@given(st.builds(lambda moment, zone: moment.replace(tzinfo=zone), LOCAL, ZONES))
def test_a_moment_is_read_as_the_driver_reads_it(moment):
    written = str(moment).encode()
    assert MomentLoader(OID).load(written) == TimestamptzLoader(OID).load(written) == moment


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["2026-01-05 12:00:00+00", "2026-01-05 12:00:00.12+00", "0099-01-05 12:00:00.000001+00"])
def test_moments_come_out_of_the_database_in_utc(written):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", (written,))
        found = cursor.fetchone()[0]
    assert found == datetime.fromisoformat(written)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("written", [b"infinity", b"10001-01-01 00:00:00+00", b"0044-03-15 12:00:00+00 BC"])
def test_what_no_moment_can_hold_is_refused_as_by_the_driver(written):
    with pytest.raises(DataError):
        MomentLoader(OID).load(written)
