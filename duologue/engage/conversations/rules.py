"""Who holds a conversation, and how soon a human should look at it."""

from __future__ import annotations

from typing import Final, NamedTuple

from duologue.engage.care.rules import FOR_HUMANS

PURPOSE: Final = "conversation"  # what a human's answer is sent for: nothing that consent is asked for

URGENCY: Final = {"complaint": 1, "question": 3, "wrong_person": 4, "moved": 4}
LEAST_URGENT: Final = 5

PRIORITIES: Final = {"urgent": 1, "high": 2, "normal": 5, "low": 8}
OUTCOMES: Final = ("solved", "apologised", "refunded", "no answer needed", "nothing more to do")  # what staff choose from


class Holding(NamedTuple):
    """Where a reply leaves its conversation."""

    state: str  # open or closed
    held_by: str  # human or automation


def holding(*, intent: str, run_under_way: bool, is_open: bool) -> Holding:
    """Say who holds a conversation after a reply.

    What a human must read opens it; what the run can hear stays with the automation; an open one stays open.
    """
    if is_open or intent in FOR_HUMANS or not run_under_way:
        return Holding("open", "human")
    return Holding("closed", "automation")


def priority(intent: str) -> int:
    """Return how soon a human should look, 1 (at once) to 9."""
    return URGENCY.get(intent, LEAST_URGENT)


def priority_of(word: str | int) -> int:
    """Return the number of a priority as plans write it: urgent, high, normal, low, or 1 to 9."""
    if isinstance(word, int):
        return min(max(word, 1), 9)
    return PRIORITIES.get(word, LEAST_URGENT)
