from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.strategize.dialogues.rules.moments import due
from duologue.strategize.dialogues.rules.parts import BEST
from duologue.strategize.dialogues.rules.plan import Moment

ZONES = st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "UTC"])
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001
TIMES = st.times().map(lambda at: f"{at:%H:%M}")
MONDAY = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def at(moment, base=MONDAY, zone="Europe/London", **values):
    return due(moment, base, zone, lambda path: values.get(path.replace(".", "_")))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (Moment(duration="3d"), "2026-01-08T12:00"),
        (Moment(at="19:00"), "2026-01-05T19:00"),
        (Moment(at="09:00"), "2026-01-06T09:00"),
        (Moment(duration="3d", at="10:00"), "2026-01-09T10:00"),
        (Moment(duration="5d", at="10:00", on="Mo-Fr"), "2026-01-12T10:00"),
        (Moment(duration="5d", on="Mo-Fr"), "2026-01-12T12:00"),
        (Moment(until="start.on"), "2026-01-20T15:00"),
        (Moment(until="start.on", before="3d", at="10:00"), "2026-01-17T10:00"),
        (Moment(until="start.on", before="1d"), "2026-01-19T15:00"),
        (Moment(until="start.on", after="2h"), "2026-01-20T17:00"),
        (Moment(until="2026-02-01", at="08:00"), "2026-02-01T08:00"),
    ],
)
def test_moments(moment, expected):
    assert at(moment, start_on="2026-01-20T15:00:00Z") == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "2026-01-07T00:00:00Z", "some day"])
def test_what_has_passed_or_is_not_known_is_late(value):
    assert at(Moment(until="start.on", before="3d", at="10:00"), start_on=value) is None


def test_a_day_before_is_a_day_of_the_calendar_across_a_clock_change():
    opens = "2026-03-29T17:00:00+01:00"  # clocks went forward in the night before
    found = at(Moment(until="start.on", before="1d"), start_on=opens)
    assert found == datetime(2026, 3, 28, 17, 0, tzinfo=UTC)


@settings(deadline=None)
@given(MOMENTS, ZONES, TIMES, st.integers(0, 40))
def test_a_wait_with_a_time_of_day_ends_at_that_time_on_the_persons_clock(base, zone, time, days):
    found = due(Moment(duration=f"{days}d", at=time), base, zone, lambda _: None)
    assert found >= base + timedelta(days=days)
    assert found <= base + timedelta(days=days + 2, hours=3)
    shown = found.astimezone(ZoneInfo(zone))
    if f"{shown:%H:%M}" != time:  # that time did not exist on this day: the first moment after the gap
        before = (found - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert before.strftime("%H:%M") < time < shown.strftime("%H:%M")


@settings(deadline=None)
@given(MOMENTS, ZONES, TIMES, st.integers(1, 20))
def test_days_before_a_moment_at_a_time_is_that_day_and_time(target, zone, time, days):
    found = due(Moment(until="start.on", before=f"{days}d", at=time), target - timedelta(days=60), zone, lambda _: target.isoformat())
    shown, meant = found.astimezone(ZoneInfo(zone)), target.astimezone(ZoneInfo(zone)).date() - timedelta(days=days)
    assert shown.date() == meant


@pytest.mark.parametrize("target", ["0001-01-01", "9999-12-31T23:59:59", "0001-01-01T00:00:00+05:00"])
@pytest.mark.parametrize("more", [{}, {"before": "3d"}, {"after": "52w"}, {"at": "10:00"}, {"on": "Mo-Fr"}])
def test_the_ends_of_the_calendar_stop_nobody(target, more):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        found = due(Moment(until="start.at", **more), datetime(2026, 1, 5, 12, tzinfo=UTC), zone, lambda _path: target)
        assert found is None or found.year > 9000


@pytest.mark.parametrize("known", ["evening", ["19:00"], 7, None])
def test_a_best_time_that_is_none_is_as_if_unknown(known):
    base = datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert due(Moment(at=BEST), base, "UTC", lambda _path: known) == base.replace(hour=10)
