"""Which perk of several is the smallest that does as well as any larger one. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duologue.measure.lift.rules import NORMAL, Arm, Interval, per_hundred, rate_difference, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

AS_WELL: Final = 0.2  # a perk does as well as a larger one that cannot bring a fifth more
LEAST: Final = 0.005  # or half a person more in a hundred
CONFIDENCE, POWER = 0.95, 0.80


@dataclass(slots=True, frozen=True)
class Dose:
    """One arm: the perk it gives ("" for none) with its size, how many went that way, and how many of them reached the goal."""

    then: str
    offer: str
    size: tuple[int, float]
    people: int
    reached: int

    @property
    def arm(self) -> Arm:
        return Arm(self.people, self.reached)

    @property
    def name(self) -> str:
        """Return the perk as people speak of it."""
        return self.offer.replace("-", " ").replace("_", " ") or "no perk"


@dataclass(slots=True, frozen=True)
class Smallest:
    """The smallest perk that does not lose to a larger one; `is_sure` once it is known to do as well."""

    dose: Dose | None
    is_sure: bool
    sentence: str


def smallest(doses: Sequence[Dose]) -> Smallest:
    """Return the smallest dose whose interval does not lose to any larger one, and say how sure that is (Newcombe 1998)."""
    tried = sorted((dose for dose in doses if dose.people), key=lambda dose: dose.size)
    if len({dose.size for dose in tried}) < 2:
        return Smallest(None, is_sure=False, sentence="Nothing can be said yet: too few ways have been gone.")
    for place, dose in enumerate(tried):
        larger = [one for one in tried[place + 1 :] if one.size > dose.size]
        against = [(one, rate_difference(dose.arm, one.arm)) for one in larger]
        if all(interval.high >= 0 for _, interval in against):
            return _found(dose, against, tried[:place])
    raise AssertionError("the largest loses to none")


def _found(dose: Dose, against: list[tuple[Dose, Interval]], beaten: Sequence[Dose]) -> Smallest:
    rate = f"{per_hundred(dose.arm.rate)} in 100 reached the goal"
    if not against:
        lost = max(beaten, key=lambda one: one.arm.rate)
        gap = rate_difference(dose.arm, lost.arm)
        more = f"{per_hundred(gap.estimate)} more than with {lost.name} (between {per_hundred(gap.low)} and {per_hundred(gap.high)})"
        return Smallest(dose, is_sure=gap.low > 0, sentence=f"Only {dose.name} works: {rate}, {more}.")
    other, interval = min(against, key=lambda one: one[1].low + margin(one[0]))
    span = f"the difference lies between {per_hundred(interval.low)} and {per_hundred(interval.high)} per 100"
    if interval.low >= -margin(other):
        theirs = f"with {other.name} {per_hundred(other.arm.rate)}"
        return Smallest(dose, is_sure=True, sentence=f"{_first(dose.name)} is the smallest that works: {rate}, {theirs}; {span}.")
    needed = rounded(more_needed(dose, other))
    said = f"{_first(dose.name)} is the smallest that does not lose so far, but it may still do worse than {other.name}: {span}"
    return Smallest(dose, is_sure=False, sentence=f"{said}; about {needed:,} more people will tell.")


def margin(larger: Dose) -> float:
    """Return by how much a smaller perk may be worse and still do as well."""
    return max(AS_WELL * larger.arm.rate, LEAST)


def more_needed(dose: Dose, larger: Dose) -> int:
    """Return how many more people, shared out as now, would show that a perk does as well, if it does (80 % power)."""
    pooled = (dose.reached + larger.reached) / (dose.people + larger.people)
    share = larger.people / (dose.people + larger.people)
    z = NORMAL.inv_cdf((1 + CONFIDENCE) / 2) + NORMAL.inv_cdf(POWER)
    spread = max(pooled * (1 - pooled), LEAST * (1 - LEAST))
    needed = z * z * spread * (1 / share + 1 / (1 - share)) / margin(larger) ** 2
    return max(10, math.ceil(needed) - dose.people - larger.people)


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
