"""What a simulation takes for granted, and how it draws chance."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.strategize.dialogues.rules.plan import Plan

RATES: Final[Mapping[str, float]] = {
    "clicked": 0.06,
    "visited": 0.04,
    "scanned": 0.05,
    "called": 0.02,
    "attended": 0.6,
    "ok": 0.97,
    "replied": 0.01,
    "answered": 0.12,
    "redeemed": 0.05,
    "event": 0.02,
    "joined": 0.01,
    "left": 0.01,
    "granted": 0.4,
    "refused": 0.02,
    "snoozed": 0.01,
    "withheld": 0.0,
    "failed": 0.01,
    "closed": 0.9,
    "overdue": 0.1,
    "goal": 0.02,
}
GOAL_WITHIN: Final = timedelta(days=30)
SOONEST, LATEST = timedelta(minutes=5), timedelta(hours=72)


@dataclass(slots=True)
class Assumptions:
    """What a simulation takes for granted. A rate is looked up by "turn.line", then "turn.kind", then "kind"."""

    people: int = 1000
    audience: int | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    value: int = 0  # of one goal, minor units
    perk_worth: int = 0
    perk_lasts: timedelta = timedelta(days=14)
    message_cost: int = 0
    zone: str = "UTC"
    seed: int = 1

    def rate(self, turn: str, line: str, kind: str) -> float:
        """Return the share of people who respond in this way at this turn."""
        for key in (f"{turn}.{line}", f"{turn}.{kind}", kind):
            if key in self.rates:
                return self.rates[key]
        return RATES.get(kind, 0.0)

    def chance(self, number: int, what: str, seq: int) -> float:
        """Return the same number from 0 up to 1 for the same person, thing and occurrence, always."""
        digest = hashlib.blake2b(f"{self.seed}:{number}:{what}:{seq}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2.0**64


def delay(chance: float) -> timedelta:
    """Return how long a person takes: most answer within hours, a few after days."""
    return timedelta(seconds=SOONEST.total_seconds() * math.exp(chance * math.log(LATEST / SOONEST)))


def stated(plan: Plan, assumed: Assumptions, start: Mapping[str, Any]) -> dict[str, Any]:
    """Return every assumption by name, so that nobody takes the forecast for a fact; `start` is what a run begins with."""
    lines = {
        f"{turn.name}.{line.written}": assumed.rate(turn.name, line.written, line.hears)
        for turn in plan.turns.values()
        for line in turn.listen
        if line.hears != "silence"
    }
    always = {f"anytime.{line.written}": assumed.rate("anytime", line.written, line.hears) for line in plan.anytime}
    return {
        "people_simulated": assumed.people,
        "response_rates": {**lines, **always, **({"goal": assumed.rate("goal", "goal", "goal")} if plan.goal else {})},
        "value_of_a_goal": assumed.value,
        "worth_of_a_perk": assumed.perk_worth,
        "perk_lasts_days": assumed.perk_lasts.days,
        "cost_of_a_message": assumed.message_cost,
        "everyone_has": "consent, an address, and no other dialogue",
        "begins_with": start,
    }
