"""Hours in which somebody works: counting a span of working time from a moment on, right across clock changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from duologue.kit.clock import at_local, parse_window, zone_named

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = timedelta(days=1)


@dataclass(slots=True, frozen=True)
class Hours:
    """Windows such as "Mo-Fr 09:00-17:30" on a zone's clock, but for the days that are closed. Without a window it is always open."""

    windows: tuple[str, ...]
    zone: str
    closed: frozenset[date] = frozenset()


def worked(hours: Hours, start: datetime, span: timedelta) -> datetime:
    """Return the moment by which so much working time has gone by since `start`.

    Hours that two windows have in common count once. An hour that clocks leave out, or show twice, counts as long as it really lasts.
    """
    if not any(parse_window(one) for one in hours.windows):
        return start + span
    left, at = span, start
    for opens, closes in _stretches(hours, start):
        begins = max(opens, at)
        if begins >= closes:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
        at = closes
    raise AssertionError("the days do not end")


def _stretches(hours: Hours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the hours of each day, from the day before `start` on, whose night may reach over it."""
    zone = zone_named(hours.zone)
    windows = [window for one in hours.windows if (window := parse_window(one)) is not None]
    day = start.astimezone(zone).date() - _DAY
    while True:
        if day not in hours.closed:
            yield from sorted(
                (at_local(day, one.opens, zone), at_local(day if one.opens < one.closes else day + _DAY, one.closes, zone))
                for one in windows
                if day.weekday() in one.days
            )
        day += _DAY
