# ruff: noqa: DTZ001 - local times are what is tested
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.kit.clock import (
    is_open,
    month_bounds,
    next_at,
    next_open,
    parse_days,
    parse_duration,
    parse_moment,
    parse_time,
    parse_window,
    to_utc,
)

ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Africa/Casablanca",
    ]
)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@pytest.mark.parametrize(("text", "seconds"), [("45s", 45), ("30m", 1800), ("6h", 21600), ("3d", 259200), ("2w", 1209600), ("0s", 0)])
def test_durations(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["3", "3 d", "d", "-3d", "1.5h", "3days", "", "1M", "³d"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [("Mo-Fr", {0, 1, 2, 3, 4}), ("Sa,Su", {5, 6}), ("Fr-Mo", {4, 5, 6, 0}), ("We", {2}), ("Mo-Tu,Th", {0, 1, 3})],
)
def test_days(text, days):
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["24:00-25:00", "9-20", "Mo-Xx 09:00-20:00", "09:00-09:00", "Mo 09:00"])
def test_what_is_no_window_is_refused(text):
    with pytest.raises(ValueError):
        parse_window(text)


def test_a_window_on_the_persons_clock():
    sunday_night = datetime(2026, 1, 4, 23, 0, tzinfo=UTC)
    assert next_open("Mo-Sa 09:00-20:00", "Europe/Berlin", sunday_night) == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert next_open("Mo-Sa 09:00-20:00", "America/New_York", sunday_night) == datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
    assert next_open("always", "Europe/Berlin", sunday_night) == sunday_night


def test_a_window_over_midnight_belongs_to_the_day_it_begins_on():
    assert is_open("Fr 22:00-06:00", "UTC", datetime(2026, 1, 10, 5, 59, tzinfo=UTC))
    assert not is_open("Fr 22:00-06:00", "UTC", datetime(2026, 1, 9, 5, 59, tzinfo=UTC))


def test_an_hour_that_does_not_exist_means_the_first_moment_after():
    berlin = ZoneInfo("Europe/Berlin")
    assert to_utc(datetime(2026, 3, 29, 2, 30), berlin) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert next_open("02:30-04:00", berlin, datetime(2026, 3, 29, 0, 0, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_an_hour_that_exists_twice_means_the_first():
    assert to_utc(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


WINDOWS = st.builds(
    lambda opens, closes, days: f"{days}{opens:%H:%M}-{closes:%H:%M}",
    TIMES,
    TIMES,
    st.sampled_from(["", "Mo-Fr ", "Sa,Su ", "Su ", "Fr-Mo "]),
).filter(lambda text: text[-11:-6] != text[-5:])


@settings(deadline=None)
@given(WINDOWS, ZONES, MOMENTS)
def test_the_next_opening_is_open_and_the_first(window, zone, now):
    found = next_open(window, zone, now)
    assert found >= now
    assert is_open(window, zone, found)
    if found > now:
        assert not is_open(window, zone, found - timedelta(seconds=1))
        ahead = found - now
        for part in range(1, 60):
            assert not is_open(window, zone, now + ahead * part / 60 - timedelta(seconds=1))


@settings(deadline=None)
@given(st.datetimes(datetime(2012, 1, 1), datetime(2030, 1, 1)), ZONES)
def test_a_local_time_becomes_a_moment_that_shows_it_or_the_first_after_a_gap(local, zone):
    zone = ZoneInfo(zone)
    at = to_utc(local, zone)
    shown = at.astimezone(zone).replace(tzinfo=None)
    if shown != local:
        assert shown > local
        just_before = (at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < local


@settings(deadline=None)
@given(TIMES, ZONES, MOMENTS)
def test_the_next_time_of_day_is_within_a_day_and_a_change(at, zone, after):
    found = next_at(at, zone, after)
    assert after <= found <= after + timedelta(days=2, hours=3)
    shown = found.astimezone(ZoneInfo(zone)).time()
    assert shown == at or shown > at


def test_moments_in_facts():
    assert parse_moment("2026-07-01", "Europe/Berlin") == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert parse_moment("2026-07-01T10:00:00Z") == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert parse_moment("soon") is None
    assert parse_moment(7) is None


@given(
    st.sampled_from(["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59-05:00"])
    | st.datetimes().map(datetime.isoformat),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"]),
)
def test_the_ends_of_the_calendar_are_moments_that_every_zone_can_show(text, zone):
    at = parse_moment(text, zone)
    for other in ("Pacific/Kiritimati", "Pacific/Pago_Pago", zone):
        assert at.astimezone(ZoneInfo(other))
    assert (at < datetime(5000, 1, 1, tzinfo=UTC)) == (int(text[:4]) < 5000)
    assert parse_time("09:30") == time(9, 30)


def test_a_month_ends_where_the_next_begins():
    for month, following in [("2024-01", "2024-02"), ("2024-02", "2024-03"), ("2024-12", "2025-01")]:
        assert month_bounds(month)[1] == month_bounds(following)[0]
    assert month_bounds("2024-12") == (datetime(2024, 12, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="does not match"):
        month_bounds("March")
