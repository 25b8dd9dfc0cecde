"""A published plan's goal, as measuring needs it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from duologue.kit.clock import parse_duration
from duologue.measure.funnels.rules import Goal

if TYPE_CHECKING:
    from collections.abc import Mapping

UNBOUNDED = timedelta(days=365)
OF_A_RUN = frozenset({"start", "answer", "response", "call", "perk", "turn", "occasion", "placement"})


def goal_of(plan: dict[str, Any]) -> Goal | None:
    """Return the goal of a plan kept as JSON, or None where it has none. Without `within` a year counts.

    What it asks about a run (the very basket it began with) is left out: the control group has no runs, and both are to be measured alike.
    """
    goal = plan.get("goal")
    if not goal:
        return None
    return Goal(
        event=goal["event"],
        within=parse_duration(goal["within"]) if goal.get("within") else UNBOUNDED,
        value=goal.get("value", ""),
        where=without_run(goal.get("where") or {}),
    )


def without_run(where: Mapping[str, Any]) -> dict[str, Any]:
    """Return a condition without the keys that ask about a run."""
    return {key: wanted for key, wanted in where.items() if key.partition(".")[0] not in OF_A_RUN and not _asks_a_run(wanted)}


def _asks_a_run(wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_asks_a_run(one) for one in wanted)
    if not isinstance(wanted, dict):
        return False
    return any(
        key.partition(".")[0] in OF_A_RUN or (key in {"from", "since", "of"} and str(one).partition(".")[0] in OF_A_RUN) or _asks_a_run(one)
        for key, one in wanted.items()
    )


def plan_order(plan: dict[str, Any]) -> list[str]:
    """Return the names of a plan's turns in the order in which they were written."""
    return list(plan.get("order", plan.get("turns", {})))
