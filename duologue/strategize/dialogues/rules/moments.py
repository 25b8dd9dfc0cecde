"""From a MOMENT of the language to a moment in UTC, on the clock it is meant on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from duologue.kit.clock import EVERY_DAY, at_local, next_at, parse_days, parse_duration, parse_moment, parse_time, to_utc, zone_named
from duologue.kit.predicate import number
from duologue.strategize.dialogues.rules.parts import BEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
    from zoneinfo import ZoneInfo

    from duologue.strategize.dialogues.rules.plan import Moment

NO_TIME, LONGEST = timedelta(0), timedelta(days=3650)
BEST_TIME = "person.best_time"
OTHERWISE = "10:00"  # the best time of whom nothing is known

duration = lru_cache(maxsize=512)(parse_duration)
_days = lru_cache(maxsize=64)(parse_days)
_time = lru_cache(maxsize=512)(parse_time)


def due(moment: Moment, base: datetime, zone: str, value: Callable[[str], Any]) -> datetime | None:
    """Return when a moment counted from `base` comes; None when that has passed already, or cannot be known.

    `value` answers paths. Days and weeks before or after a moment are days of the calendar; everything else is elapsed time.
    """
    span = _at_path(moment, value) if moment.path else duration(moment.duration) if moment.duration else NO_TIME
    if not (moment.at or moment.on or moment.until):
        return base + span
    there = zone_named(zone)
    if moment.until:
        try:
            found = _until(moment, there, value)
        except OverflowError:  # counted from the first or the last days of the calendar
            return None
        if found is None or found < base:
            return None
        return found
    start = base + span
    days = _days(moment.on) if moment.on else EVERY_DAY
    at = _hour(moment, value) if moment.at else start.astimezone(there).time().replace(microsecond=0)
    return next_at(at, there, start.replace(microsecond=0) if not moment.at else start, days)


def _at_path(moment: Moment, value: Callable[[str], Any]) -> timedelta:
    """Return the while that stands at a path as a number; the least there may be where none stands there."""
    least = duration(moment.least) if moment.least else NO_TIME
    most = duration(moment.most) if moment.most else LONGEST
    found = number(value(moment.path))
    if found is None:
        return least
    try:
        span = duration(f"1{moment.unit}") * float(found) * moment.times
    except OverflowError:
        return most if found > 0 else least
    return max(least, min(most, span))


def _hour(moment: Moment, value: Callable[[str], Any]) -> time:
    """Return the time of day that is meant; `best` is known of the person."""
    if moment.at != BEST:
        return _time(moment.at)
    known = value(BEST_TIME)
    try:
        return _time(known) if isinstance(known, str) else _time(OTHERWISE)
    except ValueError:  # a fact of that name which is no time of day
        return _time(OTHERWISE)


def is_span(moment: Moment) -> bool:
    """Say whether a moment is a while as written after another, so that neither a clock nor a path is asked."""
    return bool(moment.duration) and not (moment.at or moment.on or moment.until or moment.path)


def _until(moment: Moment, zone: ZoneInfo, value: Callable[[str], Any]) -> datetime | None:
    target = parse_moment(moment.until, zone) or parse_moment(value(moment.until), zone)
    if target is None:
        return None
    if moment.before:
        target = _shifted(target, -duration(moment.before), zone)
    elif moment.after:
        target = _shifted(target, duration(moment.after), zone)
    if moment.at:
        target = at_local(target.astimezone(zone).date(), _hour(moment, value), zone)
    if moment.on:
        target = next_at(target.astimezone(zone).time(), zone, target, _days(moment.on))
    return target


def _shifted(target: datetime, by: timedelta, zone: ZoneInfo) -> datetime:
    if by % timedelta(days=1):
        return target + by
    return to_utc(target.astimezone(zone).replace(tzinfo=None) + by, zone).astimezone(UTC)
