"""When the calendar starts a dialogue: on which days, at which moments, for whose dates."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dateutil.rrule import rrule, rrulestr

from duologue.kit.clock import at_local, is_zone, parse_duration, parse_moment, parse_time, zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duologue.strategize.dialogues.rules.plan import Plan, Trigger

ANCHOR = datetime(2024, 1, 1)  # noqa: DTZ001 - a Monday, from which "every other week" is counted on any clock
MOMENT = timedelta(microseconds=1)
FARTHEST = timedelta(days=4 * 366)
EVERY = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
ENDS = {"COUNT", "UNTIL", "BYHOUR", "BYMINUTE", "BYSECOND", "DTSTART"}


class Coming(NamedTuple):
    """A moment at which a trigger fires for those on a clock, and the day it is there."""

    at: datetime
    zone: str
    day: date


@lru_cache(maxsize=256)
def read_rule(text: str) -> rrule:
    """Read "FREQ=WEEKLY;BYDAY=TU" (RFC 5545); raises ValueError with a sentence."""
    given = dict(part.partition("=")[::2] for part in text.upper().removeprefix("RRULE:").split(";"))
    if given.get("FREQ") not in EVERY:
        raise ValueError(f"{text!r} is no rule of days; write it as in FREQ=WEEKLY;BYDAY=TU")
    if barred := sorted(given.keys() & ENDS):
        raise ValueError(f"a start every so often takes no {barred[0]}; `at` says the hour, and `runs` until when")
    try:
        found = rrulestr(text.upper().removeprefix("RRULE:"), dtstart=ANCHOR)
        days = found.after(ANCHOR, inc=True)
    except (ValueError, TypeError, KeyError):
        raise ValueError(f"{text!r} is no rule of days; write it as in FREQ=WEEKLY;BYDAY=TU") from None
    if days is None:
        raise ValueError(f"{text!r} names no day at all")
    assert isinstance(found, rrule)
    return found


def clocks(plan: Plan, zones: Iterable[str], workspace: str) -> list[str]:
    """Return the zones whose clocks a plan's starts are read on: the people's, the workspace's, or the one that is named."""
    if plan.clock == "workspace":
        return [workspace]
    return [plan.clock] if is_zone(plan.clock) else sorted({zone or workspace for zone in zones} | {workspace})


def coming(trigger: Trigger, zone: str, after: datetime, until: datetime) -> Iterator[Coming]:
    """Yield when a trigger fires on a clock, later than `after` and not later than `until`; a date may be someone's every day."""
    there = zone_named(zone)
    at = parse_time(trigger.at.rpartition(" ")[2])
    first = after.astimezone(there).date() - timedelta(days=1)
    for day in _days(trigger, first, until.astimezone(there).date() + timedelta(days=1)):
        moment = at_local(day, at, there)
        if after < moment <= until:
            yield Coming(moment, zone, day)


def next_moment(triggers: Iterable[Trigger], zones: Iterable[str], after: datetime) -> datetime | None:
    """Return the first moment later than `after` at which one of the triggers fires on one of the clocks."""
    ahead = list(zones)
    found = [_first(trigger, zone, after) for trigger in triggers if trigger.is_timed for zone in ahead]
    return min((at for at in found if at is not None), default=None)


def day_of(triggers: Iterable[Trigger], zones: Iterable[str], at: datetime) -> date:
    """Return the day on which a moment lies where one of the triggers fires at it; the latest, should there be several."""
    ahead = list(zones)
    timed = [trigger for trigger in triggers if trigger.is_timed]
    return max(one.day for trigger in timed for zone in ahead for one in coming(trigger, zone, at - MOMENT, at))


def _first(trigger: Trigger, zone: str, after: datetime) -> datetime | None:
    if trigger.kind == "at":
        return next((one.at for one in coming(trigger, zone, after, datetime.max.replace(tzinfo=UTC) - FARTHEST)), None)
    for span in (timedelta(days=3), timedelta(days=40), FARTHEST):
        if (found := next(coming(trigger, zone, after, after + span), None)) is not None:
            return found.at
    return None


def _days(trigger: Trigger, first: date, last: date) -> Iterator[date]:
    if trigger.kind == "at":
        day = date.fromisoformat(trigger.at.partition(" ")[0])
        if first <= day <= last:
            yield day
    elif trigger.kind == "every":
        begin, end = (datetime.combine(day, time()) for day in (first, last))
        for found in read_rule(trigger.every).xafter(begin, inc=True):
            if found > end:
                return
            yield found.date()
    else:
        for ahead in range((last - first).days + 1):
            yield first + timedelta(days=ahead)


def meant(trigger: Trigger, day: date) -> date:
    """Return the day whose dates a trigger is for when it fires on a day: the birthday itself, three days before it."""
    if trigger.before:
        return day + parse_duration(trigger.before)
    return day - parse_duration(trigger.after) if trigger.after else day


def comes_round(trigger: Trigger, value: object, day: date) -> bool:
    """Say whether someone's date comes round on a day: 29 February on the 28th, the 31st on a month's last, where there is none."""
    if parse_moment(value) is None:
        return False
    try:
        own = date.fromisoformat(str(value)[:10])
    except ValueError:  # a moment written without hyphens
        return False
    if not trigger.every:
        return own == day
    if own > day:
        return False
    last = monthrange(day.year, day.month)[1]
    same = own.day == day.day or (own.day > last == day.day)
    return same and (trigger.every == "month" or own.month == day.month)


def fragments(trigger: Trigger, day: date) -> tuple[int, int, list[str]]:
    """Return where in an ISO date to look, how far, and for which texts, to find all dates that may come round on a day."""
    last = monthrange(day.year, day.month)[1]
    days = [day.day, *(range(day.day + 1, 32) if day.day == last else ())]
    if trigger.every == "month":
        return 9, 2, [f"{one:02}" for one in days]
    if trigger.every == "year":
        return 6, 5, [f"{day.month:02}-{one:02}" for one in days]
    return 1, 10, [day.isoformat()]


def open_from(plan: Plan, zone: str) -> datetime | None:
    """Return the first moment at which runs may begin; None where `runs` does not say."""
    return at_local(date.fromisoformat(plan.opens), time(), zone) if plan.opens else None


def open_until(plan: Plan, zone: str) -> datetime | None:
    """Return the moment from which no run begins any more: the end of the last day."""
    return at_local(date.fromisoformat(plan.closes) + timedelta(days=1), time(), zone) if plan.closes else None


def is_open(plan: Plan, zone: str, at: datetime) -> bool:
    """Say whether runs may begin at a moment."""
    start, end = open_from(plan, zone), open_until(plan, zone)
    return (start is None or at >= start) and (end is None or at < end)
