"""A dialogue played in virtual time by invented people, with the decisions of the real engine."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.engage.runs.rules.assumed import stated
from duologue.engage.runs.rules.forecast import Tally, said_to_the_person
from duologue.engage.runs.rules.inventing import invented_facts, invented_start
from duologue.engage.runs.rules.responding import Ahead, Responding
from duologue.strategize.dialogues.rules.decide import begin, decide
from duologue.strategize.dialogues.rules.parts import BEST, SAME
from duologue.strategize.dialogues.rules.state import Known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from duologue.engage.runs.rules.assumed import Assumptions
    from duologue.engage.runs.rules.forecast import Forecast
    from duologue.engage.runs.rules.responding import Coming
    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.dialogues.rules.state import Decision, Heard, RunState

STEPS_AT_MOST: Final = 500
TOGETHER: Final = 20_000  # people in memory at a time
NO_RUN: Final = 0  # a run's key decides nothing
SOMEBODY: Final = 1  # stands for whoever is invented


def simulate(plan: Plan, assumed: Assumptions, now: datetime, *, together: int = TOGETHER) -> Forecast:
    """Play the plan for `assumed.people` invented people and scale the outcome to the audience. Pure and repeatable.

    Those who heard and said the same are decided for once, by the engine's own `decide`; they part where chance treats them
    differently. `together` are played at a time, which changes nothing but the memory it takes.
    """
    game = _Game(plan, assumed, now)
    for first in range(1, assumed.people + 1, together):
        game.play(range(first, min(first + together, assumed.people + 1)))
    return game.tally.scaled(plan, assumed, stated(plan, assumed, invented_start(plan, now)))


class AsksWho(Exception):
    """A decision hangs on who it is about: it draws by chance."""


class Somebody:
    """One of many of whom the same is known. Raises AsksWho where a decision hangs on which of them it is."""

    def __init__(self, known: Known) -> None:
        for name in known.__struct_fields__:
            if name not in {"person", "profile"}:
                setattr(self, name, getattr(known, name))

    def __getattr__(self, name: str) -> Any:
        raise AsksWho(name)


@dataclass(slots=True)
class Crowd:
    """People who heard and said the same, each of it at the same moment.

    `heard` is what is heard at `moment`, and `ahead` what will be, by all of them. `own` is what will be heard by some: they
    stay with the others until then.
    """

    people: Sequence[int]
    state: RunState
    moment: datetime
    heard: Sequence[Heard]
    ahead: Ahead
    step: int = 1
    own: dict[int, list[Coming]] = field(default_factory=dict)
    leaving: list[tuple[datetime, int]] = field(default_factory=list)  # of `own`: a heap of when, and who

    def next(self, wake_at: datetime | None) -> datetime | None:
        """Return when something comes that all of them hear, or the silence that is due at `wake_at`; None where nothing does."""
        following = [at for at in (wake_at, self.ahead.first()) if at is not None]
        return max(self.moment, min(following)) if following else None

    def part(self, people: Sequence[int]) -> Crowd:
        """Return some of them, to go their own way with all that they expect."""
        own = {number: self.own[number] for number in people if number in self.own}
        leaving = [(coming[0], number) for number, hears in own.items() for coming in hears]
        heapq.heapify(leaving)
        return Crowd(people, self.state, self.moment, self.heard, self.ahead.copy(), self.step, own, leaving)

    def expect(self, number: int, coming: Coming) -> None:
        """Note what one of them will hear."""
        self.own.setdefault(number, []).append(coming)
        heapq.heappush(self.leaving, (coming[0], number))


class _Game:
    """Plays a plan for some people after others, and counts."""

    def __init__(self, plan: Plan, assumed: Assumptions, now: datetime) -> None:
        self.tally = Tally()
        self._plan, self._assumed, self._now = plan, assumed, now
        self._responding = Responding(plan, assumed)
        self._known = invented(plan, assumed)
        self._somebody: Any = Somebody(self._known)

    def play(self, people: Sequence[int]) -> None:
        """Play the runs of some people to their ends."""
        everybody = Crowd(people, beginning(self._plan, self._now), self._now, (), Ahead())
        for number in people:
            coming = self._responding.goal(number, self._now)
            if coming is not None:
                everybody.expect(number, coming)
        crowds = [everybody]
        while crowds:
            crowd = crowds.pop()
            for alike, decision in self._decided(crowd):
                crowds += self._followed(alike, decision)

    def _decided(self, crowd: Crowd) -> list[tuple[Crowd, Decision]]:
        """Decide for a crowd, which parts where chance leads its people apart."""
        try:
            return [(crowd, self._decide(crowd, self._somebody))]
        except AsksWho:
            found: dict[Any, tuple[Decision, list[int]]] = {}
            for number in crowd.people:
                decision = self._decide(crowd, msgspec.structs.replace(self._known, person=number, profile=number))
                way = (tuple(step.then for step in decision.steps), tuple(say.variant for say in decision.says))
                found.setdefault(way, (decision, []))[1].append(number)
            return [(crowd.part(people), decision) for decision, people in found.values()]

    def _decide(self, crowd: Crowd, person: Known) -> Decision:
        return decide(self._plan, crowd.state, person, crowd.heard, crowd.moment, crowd.moment, seed=self._assumed.seed)

    def _followed(self, crowd: Crowd, decision: Decision) -> Iterator[Crowd]:
        """Count a decision, let people respond to it, and yield those who go on, as they part."""
        said = said_to_the_person(decision, crowd.moment)
        self.tally.count(self._plan, decision, said, len(crowd.people))
        if decision.ended:
            self.tally.longest = max(self.tally.longest, crowd.moment - self._now)
            return
        crowd.state = decision.state
        for coming in self._responding.accepted(said, crowd.step):
            crowd.ahead.push(coming)
        for question in self._responding.questions(decision, said, crowd.moment, crowd.step):
            for number in crowd.people:
                answer = question.answered(self._assumed, number)
                if answer is not None:
                    crowd.expect(number, answer.coming(self._assumed, number))
        for alike in _parting(crowd, decision.wake_at):
            if self._goes_on(alike, decision.wake_at):
                yield alike

    def _goes_on(self, crowd: Crowd, wake_at: datetime | None) -> bool:
        """Move a crowd to what comes next; False where nothing does, or too much did."""
        coming = crowd.next(wake_at)
        crowd.step += 1
        if coming is None or crowd.step == STEPS_AT_MOST:
            self.tally.ended["loop" if coming else "never"] += len(crowd.people)
            return False
        crowd.moment, crowd.heard = coming, crowd.ahead.until(coming)
        return True


def _parting(crowd: Crowd, wake_at: datetime | None) -> Iterator[Crowd]:
    """Yield those who hear something of their own before the others go on, those who hear the same together; then the others."""
    until = crowd.next(wake_at)
    gone: dict[int, list[Coming]] = {}
    while crowd.leaving and (until is None or crowd.leaving[0][0] <= until):
        _, number = heapq.heappop(crowd.leaving)
        if number in crowd.own:
            gone[number] = crowd.own.pop(number)
    alike: dict[Any, list[int]] = {}
    for number, hears in gone.items():
        alike.setdefault(tuple((at, order, heard.kind) for at, order, heard in hears), []).append(number)
    for people in alike.values():
        part = crowd.part(people)
        for coming in gone[people[0]]:
            part.ahead.push(coming)
        yield part
    if gone:
        crowd.people = [number for number in crowd.people if number not in gone]
    if crowd.people:
        yield crowd


def beginning(plan: Plan, now: datetime) -> RunState:
    """Return the state of a run that somebody invented begins."""
    return begin(plan, run_key=NO_RUN, at=now, start=invented_start(plan, now) or None)


def invented(plan: Plan, assumed: Assumptions) -> Known:
    """Return somebody who allows everything, has every address, and is passed over nowhere."""
    channels = frozenset(channel for turn in plan.turns.values() for channel in turn.by if channel not in {SAME, BEST}) | {"email"}
    purposes = {turn.purpose for turn in plan.turns.values()} | {plan.purpose}
    return Known(
        SOMEBODY,
        SOMEBODY,
        facts=invented_facts(plan),
        zone=assumed.zone,
        may=frozenset((channel, purpose) for channel in channels for purpose in purposes),
        channels=channels,
        reachable=channels,
        workspace_zone=assumed.zone,
    )
