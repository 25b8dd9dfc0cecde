from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.kit.clock import is_open
from duologue.kit.hours import Hours, worked

MINUTE = timedelta(minutes=1)
OFFICE = Hours(("Mo-Fr 09:00-17:30",), "Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "hours", "by"),
    [
        ("2026-01-05T11:00", 4, "2026-01-05T15:00"),
        ("2026-01-05T15:30", 4, "2026-01-06T11:00"),  # an hour and a half today, the rest tomorrow; Berlin is an hour ahead
        ("2026-01-02T16:30", 1, "2026-01-05T09:00"),  # at closing time on Friday
        ("2026-01-03T12:00", 1, "2026-01-05T09:00"),
        ("2026-03-27T16:00", 1, "2026-03-30T07:30"),  # clocks go forward over the weekend
    ],
)
def test_times_count_only_while_somebody_works(start, hours, by):
    at = worked(OFFICE, datetime.fromisoformat(start).replace(tzinfo=UTC), timedelta(hours=hours))
    assert at == datetime.fromisoformat(by).replace(tzinfo=UTC)


def test_closed_days_count_not_and_without_hours_every_hour_counts():
    friday = datetime(2026, 1, 2, 16, tzinfo=UTC)
    closed = Hours(OFFICE.windows, "Europe/Berlin", frozenset({date(2026, 1, 5)}))
    assert worked(closed, friday, timedelta(hours=1)) == datetime(2026, 1, 6, 8, 30, tzinfo=UTC)
    assert worked(Hours((), "Europe/Berlin"), friday, timedelta(hours=30)) == friday + timedelta(hours=30)


@settings(max_examples=20)
@given(
    start=st.integers(0, 5 * 1440).map(lambda minutes: datetime(2026, 3, 26, tzinfo=UTC) + minutes * MINUTE),
    span=st.integers(1, 900),
    windows=st.sampled_from([("Mo-Su 22:00-03:30",), ("Mo-Fr 09:00-12:00", "Tu-Sa 11:00-15:00"), ("We,Su 01:00-04:00",)]),
)
def test_as_many_minutes_are_worked_as_were_asked_for(start, span, windows):
    by = worked(Hours(windows, "Europe/Berlin"), start, span * MINUTE)
    whole = int((by - start) / MINUTE)
    minutes = sum(any(is_open(window, "Europe/Berlin", start + step * MINUTE) for window in windows) for step in range(whole))
    assert minutes == span
