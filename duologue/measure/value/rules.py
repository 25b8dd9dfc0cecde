"""What is known about the worth of a workspace's customers, as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
