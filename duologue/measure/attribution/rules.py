"""Sharing conversions among the touches before them, to the last penny."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNTOUCHED = "(no touch)"


@dataclass(frozen=True, slots=True)
class Conversion:
    """One conversion: its revenue in minor units, and the touches before it, oldest first."""

    revenue: int
    touches: Sequence[str]


@dataclass(slots=True)
class Credit:
    """What one touch is credited with. Shares of conversions are exact fractions; revenue is whole minor units."""

    conversions: Fraction = field(default_factory=Fraction)
    revenue: int = 0


def last_touch(conversions: Iterable[Conversion]) -> dict[str, Credit]:
    """Give each conversion to the last touch before it."""
    shares: dict[str, Credit] = defaultdict(Credit)
    for conversion in conversions:
        credit = shares[conversion.touches[-1] if conversion.touches else UNTOUCHED]
        credit.conversions += 1
        credit.revenue += conversion.revenue
    return dict(shares)


def linear(conversions: Iterable[Conversion]) -> dict[str, Credit]:
    """Share each conversion equally among all touches before it; pennies that are left over go to the earliest."""
    shares: dict[str, Credit] = defaultdict(Credit)
    for conversion in conversions:
        touches = conversion.touches or (UNTOUCHED,)
        share, over = divmod(conversion.revenue, len(touches))
        for place, touch in enumerate(touches):
            shares[touch].conversions += Fraction(1, len(touches))
            shares[touch].revenue += share + (place < over)
    return dict(shares)
