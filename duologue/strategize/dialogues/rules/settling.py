"""When an experiment is decided: bounds that may be looked at again and again and still err as rarely as they say.

Each arm's share of people who reach the goal lies, at all times at once and with the promised probability, where the mixture of
likelihoods over a uniform prior does not exceed 1 / error (Ville's inequality; Robbins 1970; Waudby-Smith and Ramdas 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ERROR = 0.05
STEPS = 60


@dataclass(slots=True, frozen=True)
class Tried:
    """How many went one way, and how many of them reached the goal."""

    people: int
    reached: int


def settled(arms: Mapping[str, Tried], error: float = ERROR) -> str | None:
    """Return the arm that reaches the goal more often than every other one; None while that is not sure."""
    if len(arms) < 2:
        return None
    ranges = {then: bounds(tried, error / len(arms)) for then, tried in arms.items()}
    best = max(ranges, key=lambda then: ranges[then][0])
    return best if all(ranges[best][0] > high for then, (_, high) in ranges.items() if then != best) else None


def bounds(tried: Tried, error: float) -> tuple[float, float]:
    """Return between which shares the true one lies, however often one looks."""
    if not tried.people:
        return 0.0, 1.0
    middle = tried.reached / tried.people
    return _edge(tried, error, 0.0, middle), _edge(tried, error, 1.0, middle)


def _edge(tried: Tried, error: float, out: float, inside: float) -> float:
    """Return where, between a share that is out and one that is not, the evidence against it reaches 1 / error."""
    if _evidence(tried, out) < -log(error):
        return out
    for _ in range(STEPS):
        middle = (out + inside) / 2
        if _evidence(tried, middle) >= -log(error):
            out = middle
        else:
            inside = middle
    return out


def _evidence(tried: Tried, share: float) -> float:
    """Return the logarithm of the evidence against a share."""
    hits, misses = tried.reached, tried.people - tried.reached
    if (share <= 0 and hits) or (share >= 1 and misses):
        return float("inf")
    under_the_share = (hits * log(share) if hits else 0.0) + (misses * log(1 - share) if misses else 0.0)
    return lgamma(hits + 1) + lgamma(misses + 1) - lgamma(tried.people + 2) - under_the_share
