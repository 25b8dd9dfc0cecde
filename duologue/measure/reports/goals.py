"""A published plan's goal, as measuring needs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from duologue.kit.clock import parse_duration
from duologue.kit.predicate import Properties, holds
from duologue.measure.funnels.rules import Goal

if TYPE_CHECKING:
    from collections.abc import Mapping

UNBOUNDED = timedelta(days=365)


class _Nothing:
    """What stands around an event when only the event itself is asked about."""

    now = datetime.max.replace(tzinfo=UTC)
    zone = "UTC"

    def value(self, path: str) -> Any:
        return None

    def segment(self, name: str) -> bool:
        return False

    def did(self, what: Mapping[str, Any]) -> bool:
        return False

    def may(self, channel: str, purpose: str) -> bool:
        return False

    def item(self, item: Any) -> Mapping[str, Any]:
        return item if isinstance(item, dict) else {"value": item}


def goal_of(plan: dict[str, Any]) -> Goal | None:
    """Return the goal of a plan kept as JSON, or None where it has none. Without `within` a year counts."""
    goal = plan.get("goal")
    if not goal:
        return None
    where = goal.get("where") or {}
    return Goal(
        event=goal["event"],
        within=parse_duration(goal["within"]) if goal.get("within") else UNBOUNDED,
        value=goal.get("value", ""),
        accepts=lambda properties: holds(where, Properties(properties, _Nothing())),
    )


def plan_order(plan: dict[str, Any]) -> list[str]:
    """Return the names of a plan's turns in the order in which they were written."""
    return list(plan.get("order", plan.get("turns", {})))
