"""How many people may have begun by a moment, where a dialogue keeps a pace."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from duologue.kit.clock import parse_duration

if TYPE_CHECKING:
    from duologue.strategize.dialogues.rules.plan import Pace

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rate(pace: Pace, since: datetime, at: datetime) -> int:
    """Return how many a day may begin at a moment: the first number, doubled after each `doubling`, up to the most."""
    if not pace.doubling:
        return pace.first
    doubled = (at - since) // parse_duration(pace.doubling)
    return min(pace.most, pace.first << min(doubled, 40))


def allowed(pace: Pace, since: datetime, at: datetime) -> int:
    """Return how many may have begun by a moment since a dialogue went live: a day's number spread over its 24 hours."""
    if at < since:
        return 0
    days, rest = divmod(at - since, DAY)
    whole = sum(rate(pace, since, since + day * DAY) for day in range(days))
    return whole + math.ceil(rate(pace, since, since + days * DAY) * (rest // HOUR + 1) / 24)


def forgone(pace: Pace, since: datetime, begun: int, at: datetime) -> int:
    """Return how many count as begun: all but one hour's share of those who might have begun before and did not are forgone."""
    of_the_hour = math.ceil(rate(pace, since, since + (at - since) // DAY * DAY) / 24)
    return max(begun, allowed(pace, since, at) - of_the_hour)


def moved_on(since: datetime, last: datetime, at: datetime) -> datetime:
    """Return since when to count, moved on by what is more than a day since someone was last let in: in that time a pace does not rise."""
    return since + max(at - max(last, since) - DAY, timedelta())


def next_step(since: datetime, at: datetime) -> datetime:
    """Return the next moment at which more may begin."""
    return since + ((at - since) // HOUR + 1) * HOUR
