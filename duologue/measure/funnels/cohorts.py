"""Those who began a dialogue in the same month, and how long they took to the goal. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

DAYS: Final = 30  # a cohort's months are of thirty days each, counted from each person's own beginning


def cohorts(
    people: Mapping[str, int], began: Mapping[int, datetime], converted: Iterable[tuple[int, datetime]], zone: str
) -> dict[str, Any]:
    """Return by the month in which people first began: how many, and how many of them first converted in which month since (0, 1, …).

    `people` says how many began in each month; `began` when those did who `converted`.
    """
    local = zone_named(zone)
    first: dict[int, datetime] = {}
    for person, at in converted:
        if person not in first or at < first[person]:
            first[person] = at
    after: dict[str, Counter[int]] = defaultdict(Counter)
    for person, at in first.items():
        after[f"{began[person].astimezone(local):%Y-%m}"][max(0, (at - began[person]).days) // DAYS] += 1
    return {
        month: {"people": people[month], "converted": {str(one): number for one, number in sorted(after[month].items())}}
        for month in sorted(people)
    }
