"""Durations, windows and local times: from what people write to moments in UTC, and right across clock changes.

A local intention ("at 10:00 in Berlin") becomes a moment as late as possible, here. An hour that does not exist (clocks
go forward) means the first moment after the gap; one that exists twice means the first of the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
EVERY_DAY = frozenset(range(7))

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d{1,6})([smhdw])")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_WINDOW = re.compile(r"(?:(?P<days>[A-Za-z,\-]+) )?(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)  # moments that every zone can show
LONGEST = timedelta(days=36525)


@dataclass(slots=True, frozen=True)
class Window:
    """Hours of the day, on some days, on a local clock. Hours that run over midnight belong to the day they begin on."""

    days: frozenset[int]
    opens: time
    closes: time


def parse_duration(text: str) -> timedelta:
    """Read "45s", "30m", "6h", "3d" or "2w"; raises ValueError with a sentence. A day is 24 hours."""
    match = _DURATION.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{text!r} is no duration; write a number and s, m, h, d or w, as in 3d")
    span = timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    if span > LONGEST:
        raise ValueError(f"{text!r} is longer than a hundred years")
    return span


def parse_time(text: str) -> time:
    """Read "09:30"; raises ValueError with a sentence."""
    match = _TIME.fullmatch(str(text))
    if match is None:
        raise ValueError(f'{text!r} is no time of day; write it as in "09:30"')
    return time(int(match[1]), int(match[2]))


def parse_days(text: str) -> frozenset[int]:
    """Read "Mo-Fr", "Sa,Su" or "Fr-Mo" as the numbers of weekdays, Monday being 0; raises ValueError with a sentence."""
    found: set[int] = set()
    for part in str(text).split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"{text!r} are no days; write Mo Tu We Th Fr Sa Su, as in Mo-Fr or Sa,Su")
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if last else 0
        found.update((start + step) % 7 for step in range(length + 1))
    return frozenset(found)


@lru_cache(maxsize=1024)
def parse_window(text: str) -> Window | None:
    """Read "Mo-Sa 09:00-20:00" or "22:00-06:00"; None for "always" and for nothing. Raises ValueError with a sentence."""
    if text in {"", "always"}:
        return None
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is no window; write it as in "Mo-Sa 09:00-20:00", or always')
    opens, closes = parse_time(match["opens"]), parse_time(match["closes"])
    if opens == closes:
        raise ValueError(f"the window {text!r} opens and closes at the same time")
    return Window(parse_days(match["days"]) if match["days"] else EVERY_DAY, opens, closes)


def zone_named(name: str, otherwise: str = "UTC") -> ZoneInfo:
    """Return the IANA zone of this name, or the other where the name is empty or unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(otherwise)


def is_zone(name: str) -> bool:
    """Say whether this names an IANA zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which a clock in the zone shows this (naive) local time, or the first after a gap."""
    early = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == local:
        return early
    late = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change_between(min(early, late), max(early, late), zone) or early


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return when a month in UTC, as in 2024-11, begins, and when the one after it does. Raises ValueError for no month."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return first, (first + timedelta(days=31)).replace(day=1)


def is_open(window: Window | str, zone: ZoneInfo | str, at: datetime) -> bool:
    """Say whether the window is open at a moment, on the zone's clock; always for the window "always"."""
    hours = parse_window(window) if isinstance(window, str) else window
    if hours is None:
        return True
    local = at.astimezone(_zone(zone))
    shown = local.time()
    if hours.opens < hours.closes:
        return hours.opens <= shown < hours.closes and local.weekday() in hours.days
    if shown >= hours.opens:
        return local.weekday() in hours.days
    return shown < hours.closes and (local.weekday() - 1) % 7 in hours.days


def next_open(window: Window | str, zone: ZoneInfo | str, now: datetime) -> datetime:
    """Return the first moment from `now` on at which the window is open: `now` itself when it is open already."""
    hours = parse_window(window) if isinstance(window, str) else window
    if hours is None or is_open(hours, zone, now):
        return now
    there = _zone(zone)
    today = now.astimezone(there).date()
    for ahead in range(-1, 16):
        day = today + timedelta(days=ahead)
        fitting = [at for at in _beginnings(day, hours.opens, there) if at > now and is_open(hours, there, at)]
        if fitting:
            return min(fitting)
    raise ValueError("this window never opens")


def next_at(at: time, zone: ZoneInfo | str, after: datetime, days: frozenset[int] = EVERY_DAY) -> datetime:
    """Return the first moment from `after` on at which it is this time of day in the zone, on one of the days."""
    there = _zone(zone)
    today = after.astimezone(there).date()
    for ahead in range(-1, 16):
        day = today + timedelta(days=ahead)
        moment = to_utc(datetime.combine(day, at), there)
        if moment >= after and day.weekday() in days:
            return moment
    raise ValueError("no such day within two weeks")


def at_local(day: date, at: time, zone: ZoneInfo | str) -> datetime:
    """Return the moment at which it is this time on this day in the zone."""
    return to_utc(datetime.combine(day, at), _zone(zone))


def parse_moment(value: object, zone: ZoneInfo | str = "UTC") -> datetime | None:
    """Return an ISO date or time, as facts and events carry them, as a moment; None for anything else.

    What names no zone is meant on the given zone's clock; a bare date is its midnight. The first and the last days of the
    calendar, by which programs say "never", become moments that every zone can still show.
    """
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.combine(value, time())
    elif isinstance(value, str) and len(value) >= len("2026-01-05"):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
    else:
        return None
    try:
        at = to_utc(found, _zone(zone)) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return FIRST if found.year < LAST.year else LAST
    return min(max(at, FIRST), LAST)


def _beginnings(day: date, opens: time, zone: ZoneInfo) -> list[datetime]:
    """Return all moments of a local day at which a window may begin: its hour (twice, perhaps) and any clock change."""
    local = datetime.combine(day, opens)
    found = [to_utc(local, zone), local.replace(tzinfo=zone, fold=1).astimezone(UTC)]
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    change = _change_between(midnight - 2 * timedelta(hours=1), midnight + _DAY + 2 * timedelta(hours=1), zone)
    return [*found, change] if change else found


def _change_between(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment between two at which the zone's offset changes, to the second; None where it does not."""
    before = start.astimezone(zone).utcoffset()
    if before == end.astimezone(zone).utcoffset():
        return None
    while end - start > _SECOND:
        middle = start + (end - start) // 2
        middle = middle.replace(microsecond=0) if middle.replace(microsecond=0) > start else middle
        if middle.astimezone(zone).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end.replace(microsecond=0) if end.replace(microsecond=0).astimezone(zone).utcoffset() != before else end


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return zone if isinstance(zone, ZoneInfo) else zone_named(zone)
