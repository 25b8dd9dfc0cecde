"""From a MOMENT of the language to a moment in UTC, on the clock it is meant on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from duologue.kit.clock import EVERY_DAY, at_local, next_at, parse_days, parse_duration, parse_moment, parse_time, to_utc, zone_named

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
    from zoneinfo import ZoneInfo

    from duologue.strategize.dialogues.rules.plan import Moment

duration = lru_cache(maxsize=512)(parse_duration)
_days = lru_cache(maxsize=64)(parse_days)
_time = lru_cache(maxsize=512)(parse_time)


def due(moment: Moment, base: datetime, zone: str, value: Callable[[str], Any]) -> datetime | None:
    """Return when a moment counted from `base` comes; None when that has passed already, or cannot be known.

    `value` answers paths. Days and weeks before or after a moment are days of the calendar; everything else is elapsed time.
    """
    if not (moment.at or moment.on or moment.until):
        return base + duration(moment.duration)
    there = zone_named(zone)
    if moment.until:
        found = _until(moment, there, value)
        if found is None or found < base:
            return None
        return found
    start = base + duration(moment.duration) if moment.duration else base
    days = _days(moment.on) if moment.on else EVERY_DAY
    at = _time(moment.at) if moment.at else start.astimezone(there).time().replace(microsecond=0)
    return next_at(at, there, start.replace(microsecond=0) if not moment.at else start, days)


def _until(moment: Moment, zone: ZoneInfo, value: Callable[[str], Any]) -> datetime | None:
    target = parse_moment(moment.until, zone) or parse_moment(value(moment.until), zone)
    if target is None:
        return None
    if moment.before:
        target = _shifted(target, -duration(moment.before), zone)
    elif moment.after:
        target = _shifted(target, duration(moment.after), zone)
    if moment.at:
        target = at_local(target.astimezone(zone).date(), _time(moment.at), zone)
    if moment.on:
        target = next_at(target.astimezone(zone).time(), zone, target, _days(moment.on))
    return target


def _shifted(target: datetime, by: timedelta, zone: ZoneInfo) -> datetime:
    if by % timedelta(days=1):
        return target + by
    return to_utc(target.astimezone(zone).replace(tzinfo=None) + by, zone).astimezone(UTC)
