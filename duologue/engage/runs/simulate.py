"""A dialogue played in virtual time by invented people, with the decisions of the real engine."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.engage.runs.rules.inventing import invented_facts, invented_start
from duologue.kit.clock import next_open, parse_duration
from duologue.strategize.dialogues.rules.decide import begin, decide
from duologue.strategize.dialogues.rules.parts import BEST, SAME
from duologue.strategize.dialogues.rules.state import Decision, Heard, Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.strategize.dialogues.rules.plan import Line, Plan, Turn
    from duologue.strategize.dialogues.rules.state import Say

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
AT_ONCE: Final = frozenset({"then", "branch", "experiment", "learn", "waited", "tell", "enter"})
ANSWERS: Final = timedelta(seconds=1)  # how long a webhook takes
SOONEST, LATEST = timedelta(minutes=5), timedelta(hours=72)
STEPS_AT_MOST = 500


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
class _Tally:
    days: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    responses: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    perks: Counter[str] = field(default_factory=Counter)
    goals: int = 0
    handed: int = 0
    longest: timedelta = timedelta(0)


class Ahead:
    """What is to happen to one person, in the order of its moments; of the same moment, as numbered and then as put in."""

    def __init__(self) -> None:
        self._held: list[tuple[datetime, int, int, Heard]] = []
        self._put = 0

    def push(self, at: datetime, order: int, heard: Heard) -> None:
        self._put += 1
        heapq.heappush(self._held, (at, order, self._put, heard))

    def first(self) -> datetime | None:
        return self._held[0][0] if self._held else None

    def until(self, moment: datetime) -> list[Heard]:
        found = []
        while self._held and self._held[0][0] <= moment:
            found.append(heapq.heappop(self._held)[3])
        return found


def simulate(plan: Plan, assumed: Assumptions, now: datetime) -> Forecast:
    """Play the plan for `assumed.people` invented people and scale the outcome to the audience. Pure and repeatable."""
    tally = _Tally()
    audience = assumed.people if assumed.audience is None else assumed.audience
    for number in range(1, assumed.people + 1):
        _play(plan, assumed, number, now, tally)
    started = round(audience * (1 - plan.holdout))
    scale = started / assumed.people if assumed.people else 0.0
    scaled = {name: _scaled(getattr(tally, name), scale) for name in ("days", "turns", "responses", "ended", "perks")}
    goals, deliveries = round(tally.goals * scale), sum(scaled["days"].values())
    return Forecast(
        people=audience,
        held_out=audience - started,
        deliveries=deliveries,
        by_day=dict(sorted(scaled["days"].items())),
        by_turn=scaled["turns"],
        responses=scaled["responses"],
        ended=scaled["ended"],
        goals=goals,
        perks=scaled["perks"],
        handed_over=round(tally.handed * scale),
        revenue=goals * assumed.value,
        cost=deliveries * assumed.message_cost + sum(scaled["perks"].values()) * assumed.perk_worth,
        longest_days=round(tally.longest / timedelta(days=1), 1),
        assumptions=_stated(plan, assumed, now),
    )


def _scaled(counts: Counter[str], scale: float) -> dict[str, int]:
    """Scale counts so that they still add up: what rounding down leaves over goes to the largest remainders."""
    exact = {name: count * scale for name, count in counts.items()}
    whole = {name: math.floor(value) for name, value in exact.items()}
    left = round(sum(exact.values())) - sum(whole.values())
    for name in sorted(exact, key=lambda one: (whole[one] - exact[one], one))[:left]:
        whole[name] += 1
    return whole


def _play(plan: Plan, assumed: Assumptions, number: int, now: datetime, tally: _Tally) -> None:
    """Play one person's run to its end."""
    person = invented(plan, assumed, number)
    state = begin(plan, run_key=number, at=now, start=invented_start(plan, now) or None)
    ahead = Ahead()
    if plan.goal is not None and _chance(assumed, number, "goal", 0) < assumed.rate("goal", "goal", "goal"):
        within = parse_duration(plan.goal.within) if plan.goal.within else timedelta(days=30)
        at = now + within * _chance(assumed, number, "goal", 1)
        ahead.push(at, 0, Heard("event", plan.goal.event, at, at))
    moment = now
    heard: list[Heard] = []
    for step in range(1, STEPS_AT_MOST):
        decision = decide(plan, state, person, heard, moment, moment, seed=assumed.seed)
        _count(plan, decision, moment, tally)
        respond(plan, assumed, number, decision, moment, ahead, step)
        state = decision.state
        if decision.ended:
            tally.longest = max(tally.longest, moment - now)
            return
        following = [at for at in (decision.wake_at, ahead.first()) if at is not None]
        if not following:
            tally.ended["never"] += 1
            return
        moment = max(moment, min(following))
        heard = ahead.until(moment)
    tally.ended["loop"] += 1


def invented(plan: Plan, assumed: Assumptions, number: int) -> Known:
    """Return somebody who allows everything, has every address, and is passed over nowhere."""
    channels = frozenset(channel for turn in plan.turns.values() for channel in turn.by if channel not in {SAME, BEST}) | {"email"}
    purposes = {turn.purpose for turn in plan.turns.values()} | {plan.purpose}
    may = frozenset((channel, purpose) for channel in channels for purpose in purposes)
    return Known(
        number,
        number,
        facts=invented_facts(plan),
        zone=assumed.zone,
        may=may,
        channels=channels,
        reachable=channels,
        workspace_zone=assumed.zone,
    )


def _count(plan: Plan, decision: Decision, moment: datetime, tally: _Tally) -> None:
    for say in to_the_person(decision):
        at = next_open(say.window, say.zone, max(say.due_at, moment))
        tally.days[at.date().isoformat()] += 1
        tally.turns[say.turn] += 1
        tally.perks.update(say.gives[:1])
    for step in decision.steps:
        if step.heard not in AT_ONCE:
            tally.responses[f"{step.turn}: {step.heard}"] += 1
    tally.handed += decision.hand_over is not None
    if plan.goal is not None and any(one.kind == "event" and one.value == plan.goal.event for one in decision.heard):
        tally.goals += 1
    if decision.ended:
        tally.ended[decision.ended] += 1


def respond(  # noqa: PLR0917 one step of one person
    plan: Plan, assumed: Assumptions, number: int, decision: Decision, moment: datetime, ahead: Ahead, step: int
) -> None:
    """Let the person take in what was said, and say something back, or not."""
    for say in to_the_person(decision):
        at = next_open(say.window, say.zone, max(say.due_at, moment)) + timedelta(minutes=1)
        perks = {offer: {"expires_at": (at + assumed.perk_lasts).isoformat()} for offer in say.gives[:1]}
        accepted = Heard("accepted", None, at, at, say.turn, say.seq, {"channel": say.channels[0], "perks": perks})
        ahead.push(at, step * 1000, accepted)
        _draw(plan, assumed, number, plan.turns[say.turn], say.seq, at, ahead)
    for call in decision.calls:
        answers = _chance(assumed, number, f"{call.turn}:call", call.seq) < assumed.rate(call.turn, "ok: any", "ok")
        heard = Heard("ok" if answers else "failed", call.webhook, moment + ANSWERS, moment + ANSWERS, call.turn, call.seq)
        ahead.push(heard.at, step * 1000 + 1, heard)
    if decision.hand_over is not None:
        turn = plan.turns[decision.hand_over.turn]
        _draw(plan, assumed, number, turn, decision.hand_over.seq, decision.hand_over.due_at or moment, ahead)


def to_the_person(decision: Decision) -> list[Say]:
    """Return what is said to the person; what a team is told is no message of theirs."""
    return [say for say in decision.says if say.team is None]


def _draw(  # noqa: PLR0917 one chance needs all of these
    plan: Plan, assumed: Assumptions, number: int, turn: Turn, seq: int, at: datetime, ahead: Ahead
) -> None:
    """Draw at most one response to a turn: the lines' rates follow one another on the line from 0 to 1."""
    chance, floor = _chance(assumed, number, turn.name, seq), 0.0
    for index, line in enumerate([*turn.listen, *plan.anytime]):
        if line.hears == "silence":
            continue
        floor += assumed.rate(turn.name, line.written, line.hears)
        if chance < floor:
            at_once = line.hears in {"withheld", "failed"}
            delay = timedelta(0) if at_once else _delay(_chance(assumed, number, f"{turn.name}:{index}", seq))
            ahead.push(at + delay, seq * 1000 + index + 1, _said(line, turn, seq, at + delay))
            return


def _said(line: Line, turn: Turn, seq: int, at: datetime) -> Heard:
    properties: dict[str, Any] = {}
    value = turn.survey if line.hears == "answered" else None if line.what == "any" else line.what
    if line.hears == "answered" and isinstance(line.what, dict):
        properties["answers"] = {key: wanted[0] if isinstance(wanted, list) else wanted for key, wanted in line.what.items()}
    elif line.hears == "replied" and isinstance(line.what, dict):
        value, properties["words"] = "other", [str(word) for word in line.what.get("says", ())]
    return Heard(line.hears, value if value is not None else line.hears, at, at, turn.name, seq, properties)


def _delay(chance: float) -> timedelta:
    """Return how long a person takes: most answer within hours, a few after days."""
    return timedelta(seconds=SOONEST.total_seconds() * math.exp(chance * math.log(LATEST / SOONEST)))


def _chance(assumed: Assumptions, number: int, what: str, seq: int) -> float:
    digest = hashlib.blake2b(f"{assumed.seed}:{number}:{what}:{seq}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2.0**64


def _stated(plan: Plan, assumed: Assumptions, now: datetime) -> dict[str, Any]:
    """Return every assumption by name, so that nobody takes the forecast for a fact."""
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
        "begins_with": invented_start(plan, now),
    }
