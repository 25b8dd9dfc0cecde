"""When and by which channel a person answers most."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from duologue.kit.clock import zone_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

ENOUGH: Final = 3
HOURS: Final = 24


def best_time(answered: Sequence[datetime], zone: str) -> str:
    """Return the hour of the day around which someone answers most, as "19:00"; empty until three answers are known.

    An answer counts for its hour and half as much for the hours beside it; of equals the earlier one is taken.
    """
    if len(answered) < ENOUGH:
        return ""
    there = zone_named(zone)
    counts = Counter(at.astimezone(there).hour for at in answered)
    weights = {hour: 2 * counts[hour] + counts[(hour - 1) % HOURS] + counts[(hour + 1) % HOURS] for hour in range(HOURS)}
    return f"{max(weights, key=lambda hour: (weights[hour], -hour)):02}:00"
