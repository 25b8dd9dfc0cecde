"""What is known about the worth of a workspace's customers, as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """One person who bought: how often, for how much in minor units, and when last."""

    person: int
    external_id: str
    orders: int
    spent: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Value:
    """All customers together at a moment. Money is in minor units of the workspace's currency, recency in whole days."""

    at: datetime
    currency: str
    people: int
    customers: int
    one_time_buyers: int
    orders: int
    revenue: int
    refunds: int
    refunded: int
    recency_median: int | None
    frequency_mean: float | None
    spent_median: int | None
    best: tuple[Customer, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """Return it as a map, for machines."""
        return {**asdict(self), "best": [asdict(customer) for customer in self.best]}


def middle(counts: Sequence[tuple[int, int]]) -> int | None:
    """Return the value that half of all do not exceed, of values in order with how many have each; None of none."""
    reached, whole = 0, sum(number for _, number in counts)
    for one, number in counts:
        reached += number
        if 2 * reached >= whole:
            return one
    return None


def halfway(amounts: Sequence[int]) -> int | None:
    """Return what lies between the one or two amounts in the middle, half a unit rounded away from nothing; None of none."""
    if not amounts:
        return None
    twice = min(amounts) + max(amounts)
    return (abs(twice) + 1) // 2 * (1 if twice > 0 else -1)
