"""A published plan's goal, as measuring needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duologue.measure.funnels.rules import Goal


def goal_of(plan: dict[str, Any]) -> Goal | None:
    """Return the goal of a plan kept as JSON, or None where it has none."""
    return None
