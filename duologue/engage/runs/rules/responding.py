"""What invented people do about what is said to them: by the rates assumed, each at a time of their own."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.engage.runs.rules.assumed import GOAL_WITHIN, delay
from duologue.kit.clock import parse_duration
from duologue.strategize.dialogues.rules.state import Heard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duologue.engage.runs.rules.assumed import Assumptions
    from duologue.engage.runs.rules.forecast import Said
    from duologue.strategize.dialogues.rules.plan import Line, Plan, Turn
    from duologue.strategize.dialogues.rules.state import Decision

    Coming = tuple[datetime, int, Heard]
    """Something that will be heard: when, in which order of what is heard at that moment, and what."""

WEBHOOK_TAKES: Final = timedelta(seconds=1)
ACCEPTING_TAKES: Final = timedelta(minutes=1)
EVERYBODY: Final = 1.0


class Ahead:
    """What is to happen, in the order of its moments; of the same moment, as numbered and then as put in."""

    __slots__ = ("_held", "_put")

    def __init__(self) -> None:
        self._held: list[tuple[datetime, int, int, Heard]] = []
        self._put = 0

    def push(self, coming: Coming) -> None:
        """Put in something that is to happen."""
        at, order, heard = coming
        self._put += 1
        heapq.heappush(self._held, (at, order, self._put, heard))

    def first(self) -> datetime | None:
        """Return when the next thing happens."""
        return self._held[0][0] if self._held else None

    def until(self, moment: datetime) -> list[Heard]:
        """Take out what happens up to a moment."""
        found = []
        while self._held and self._held[0][0] <= moment:
            found.append(heapq.heappop(self._held)[3])
        return found

    def copy(self) -> Ahead:
        """Return the same once more, to go its own way."""
        other = Ahead()
        other._held, other._put = self._held.copy(), self._put
        return other


@dataclass(slots=True, frozen=True)
class Answer:
    """A response that some give: at `at`, or after a while of their own where `takes` names the chance that tells how long."""

    kind: str
    value: Any
    at: datetime
    order: int
    turn: str | None
    seq: int | None
    properties: dict[str, Any]
    takes: str = ""

    def coming(self, assumed: Assumptions, number: int) -> Coming:
        """Return when this person's response comes."""
        at = self.at + delay(assumed.chance(number, self.takes, self.seq or 0)) if self.takes else self.at
        return at, self.order, Heard(self.kind, self.value, at, at, self.turn, self.seq, self.properties)


@dataclass(slots=True, frozen=True)
class Question:
    """A chance to respond: each person draws a number, and gives the first answer whose share reaches above it, or none."""

    what: str
    seq: int
    answers: Sequence[tuple[float, Answer]]

    def answered(self, assumed: Assumptions, number: int) -> Answer | None:
        """Return what this person does, drawn by chance."""
        if not self.answers:
            return None
        drawn = assumed.chance(number, self.what, self.seq)
        if drawn >= self.answers[-1][0]:
            return None
        return next(answer for share, answer in self.answers if drawn < share)


class Responding:
    """People who respond to one plan by one set of assumptions. The lines' rates follow one another on the line from 0 to 1."""

    def __init__(self, plan: Plan, assumed: Assumptions) -> None:
        self._plan = plan
        self._assumed = assumed
        self._shares = {turn.name: self._shares_of(turn) for turn in plan.turns.values()}

    def goal(self, number: int, now: datetime) -> Coming | None:
        """Return when somebody who begins now reaches the goal by themselves, None where they do not."""
        goal, assumed = self._plan.goal, self._assumed
        if goal is None or assumed.chance(number, "goal", 0) >= assumed.rate("goal", "goal", "goal"):
            return None
        within = parse_duration(goal.within) if goal.within else GOAL_WITHIN
        at = now + within * assumed.chance(number, "goal", 1)
        return at, 0, Heard("event", goal.event, at, at)

    def accepted(self, said: Said, step: int) -> Iterator[Coming]:
        """Yield the acceptance of what was said."""
        for say, leaves_at in said:
            at = leaves_at + ACCEPTING_TAKES
            perks = {offer: {"expires_at": (at + self._assumed.perk_lasts).isoformat()} for offer in say.gives[:1]}
            yield at, step * 1000, Heard("accepted", None, at, at, say.turn, say.seq, {"channel": say.channels[0], "perks": perks})

    def questions(self, decision: Decision, said: Said, moment: datetime, step: int) -> Iterator[Question]:
        """Yield what a decision lets people, webhooks and teams respond to."""
        for say, leaves_at in said:
            yield self._question(say.turn, say.seq, leaves_at + ACCEPTING_TAKES)
        for call in decision.calls:
            at, order = moment + WEBHOOK_TAKES, step * 1000 + 1
            works, fails = (Answer(kind, call.webhook, at, order, call.turn, call.seq, {}) for kind in ("ok", "failed"))
            answers = [(self._assumed.rate(call.turn, "ok: any", "ok"), works), (EVERYBODY, fails)]
            yield Question(f"{call.turn}:call", call.seq, answers)
        if decision.hand_over is not None:
            handed = decision.hand_over
            yield self._question(handed.turn, handed.seq, handed.due_at or moment)

    def all_of(self, number: int, decision: Decision, said: Said, moment: datetime, step: int) -> Iterator[Coming]:
        """Yield all that one person hears and answers after a decision."""
        yield from self.accepted(said, step)
        for question in self.questions(decision, said, moment, step):
            answer = question.answered(self._assumed, number)
            if answer is not None:
                yield answer.coming(self._assumed, number)

    def _question(self, turn: str, seq: int, at: datetime) -> Question:
        answers = [(share, _answer(line, self._plan.turns[turn], index, seq, at)) for share, index, line in self._shares[turn]]
        return Question(turn, seq, answers)

    def _shares_of(self, turn: Turn) -> list[tuple[float, int, Line]]:
        """Return for each line that somebody responds by: up to which number drawn, its place, and itself."""
        found, floor = [], 0.0
        for index, line in enumerate([*turn.listen, *self._plan.anytime]):
            share = 0.0 if line.hears == "silence" else self._assumed.rate(turn.name, line.written, line.hears)
            floor += share
            if share:
                found.append((floor, index, line))
        return found


def _answer(line: Line, turn: Turn, index: int, seq: int, at: datetime) -> Answer:
    """Return what is heard of somebody who responds as a line wants it."""
    properties: dict[str, Any] = {}
    value = turn.survey if line.hears == "answered" else None if line.what == "any" else line.what
    if line.hears == "answered" and isinstance(line.what, dict):
        properties["answers"] = {key: wanted[0] if isinstance(wanted, list) else wanted for key, wanted in line.what.items()}
    elif line.hears == "replied" and isinstance(line.what, dict):
        value, properties["words"] = "other", [str(word) for word in line.what.get("says", ())]
    takes = "" if line.hears in {"withheld", "failed"} else f"{turn.name}:{index}"
    return Answer(line.hears, value if value is not None else line.hears, at, seq * 1000 + index + 1, turn.name, seq, properties, takes)
