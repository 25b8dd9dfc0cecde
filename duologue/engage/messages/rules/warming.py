"""On which day a letter has its place while a domain is warmed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from duologue.strategize.dialogues.rules.pacing import rate

if TYPE_CHECKING:
    from duologue.strategize.dialogues.rules.plan import WarmUp

DAY = timedelta(days=1)
GIVES_UP = 3660  # days


@dataclass(slots=True)
class Filling:
    """When warming up `began`, how many places of each day are `taken`, and of which days that has `changed`. Past days may be missing."""

    began: date
    taken: dict[date, int] = field(default_factory=dict)
    changed: set[date] = field(default_factory=set)
    _next: date = date.min  # no day before it has a place left

    def take(self, plan: WarmUp, today: date) -> date:
        """Take a place on the first day from today on that has one left, and return that day."""
        day = max(today, self._next)
        for _ in range(GIVES_UP):
            if self.taken.get(day, 0) < on_day(plan, self.began, day):
                break
            day += DAY
        self._next = day
        self.changed.add(day)
        self.taken[day] = self.taken.get(day, 0) + 1
        return day


def on_day(plan: WarmUp, began: date, day: date) -> int:
    """Return how many may leave on a day, when warming up began on another."""
    return rate(plan, datetime.combine(began, time(), UTC), datetime.combine(day, time(), UTC))
