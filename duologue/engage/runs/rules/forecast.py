"""What a simulation came to: counted while it is played, then scaled to the audience."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import next_open

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.runs.rules.assumed import Assumptions
    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.dialogues.rules.state import Decision, Say

    Said = Sequence[tuple[Say, datetime]]

AT_ONCE: Final = frozenset({"then", "branch", "experiment", "learn", "waited", "tell", "enter"})


@dataclass(slots=True)
class Forecast:
    """What would happen, scaled from the people simulated to the audience."""

    people: int
    held_out: int
    deliveries: int = 0
    by_day: dict[str, int] = field(default_factory=dict)
    by_turn: dict[str, int] = field(default_factory=dict)
    responses: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    goals: int = 0
    perks: dict[str, int] = field(default_factory=dict)
    handed_over: int = 0
    revenue: int = 0
    cost: int = 0
    longest_days: float = 0.0
    assumptions: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """What was counted of the people played."""

    days: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    responses: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    perks: Counter[str] = field(default_factory=Counter)
    goals: int = 0
    handed: int = 0
    longest: timedelta = timedelta(0)

    def count(self, plan: Plan, decision: Decision, said: Said, people: int) -> None:
        """Count what was decided for so many people, and so said to each."""
        for say, at in said:
            self.days[at.date().isoformat()] += people
            self.turns[say.turn] += people
            for offer in say.gives[:1]:
                self.perks[offer] += people
        for step in decision.steps:
            if step.heard not in AT_ONCE:
                self.responses[f"{step.turn}: {step.heard}"] += people
        if decision.hand_over is not None:
            self.handed += people
        if plan.goal is not None and any(one.kind == "event" and one.value == plan.goal.event for one in decision.heard):
            self.goals += people
        if decision.ended:
            self.ended[decision.ended] += people

    def scaled(self, plan: Plan, assumed: Assumptions, stated: dict[str, Any]) -> Forecast:
        """Return the forecast for the audience, or for the people played where none is given."""
        audience = assumed.people if assumed.audience is None else assumed.audience
        started = round(audience * (1 - plan.holdout))
        scale = started / assumed.people if assumed.people else 0.0
        days, turns, responses, ended, perks = (
            _scaled(counts, scale) for counts in (self.days, self.turns, self.responses, self.ended, self.perks)
        )
        goals, deliveries = round(self.goals * scale), sum(days.values())
        return Forecast(
            people=audience,
            held_out=audience - started,
            deliveries=deliveries,
            by_day=dict(sorted(days.items())),
            by_turn=turns,
            responses=responses,
            ended=ended,
            goals=goals,
            perks=perks,
            handed_over=round(self.handed * scale),
            revenue=goals * assumed.value,
            cost=deliveries * assumed.message_cost + sum(perks.values()) * assumed.perk_worth,
            longest_days=round(self.longest / timedelta(days=1), 1),
            assumptions=stated,
        )


def said_to_the_person(decision: Decision, moment: datetime) -> Said:
    """Return what is said to the person, and when it leaves: when it is due, in the hours of its window.

    What a team is told is no message of theirs.
    """
    return [(say, next_open(say.window, say.zone, max(say.due_at, moment))) for say in decision.says if say.team is None]


def _scaled(counts: Counter[str], scale: float) -> dict[str, int]:
    """Scale counts so that they still add up: what rounding down leaves over goes to the largest remainders."""
    exact = {name: count * scale for name, count in counts.items()}
    whole = {name: math.floor(value) for name, value in exact.items()}
    left = round(math.fsum(exact.values())) - sum(whole.values())  # which does not hang on their order, as a plain sum would
    for name in sorted(exact, key=lambda one: (whole[one] - exact[one], one))[:left]:
        whole[name] += 1
    return whole
