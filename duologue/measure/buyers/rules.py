"""What is told of those who first bought in the same month. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from duologue.kit.clock import zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

WITHIN: Final = (1, 2, 3, 6, 12)
"""After how many months it is told how many have bought again."""


class Month(NamedTuple):
    """Those who first bought in a month ("2026-01"), and how many of them had bought again after each of WITHIN.

    `orders` are all of theirs; `revenue` is in minor units, net of refunds.
    """

    month: str
    people: int
    orders: int
    revenue: int
    again: tuple[int, ...]


def cohorts(months: Iterable[Month], at: datetime, zone: str) -> dict[str, Any]:
    """Return the months as JSON values; `again` holds only what is over for everybody who first bought in that month."""
    local = at.astimezone(zone_named(zone))
    reached = local.year * 12 + local.month - 1  # months before the present one
    found = {}
    for one in sorted(months):
        year, number = map(int, one.month.split("-"))
        since = reached - (year * 12 + number)  # full months since that one ended
        again = {str(months): people for months, people in zip(WITHIN, one.again, strict=True) if months <= since}
        found[one.month] = {"people": one.people, "orders": one.orders, "revenue": one.revenue, "again": again}
    return found


def returning(found: dict[str, Any], within: int, last: int = 12) -> tuple[int, int] | None:
    """Return, over the last months for which it is over, how many first bought and how many of them bought again within so many months."""
    over = [one for one in found.values() if str(within) in one["again"]][-last:]
    return (sum(one["people"] for one in over), sum(one["again"][str(within)] for one in over)) if over else None
