"""A run on its way through a plan, while one decision is made."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from duologue.kit.predicate import Properties, holds
from duologue.strategize.dialogues.rules.context import Context
from duologue.strategize.dialogues.rules.lines import OF_ITS_TURN, due_for, hearing, is_late, once_key, silences
from duologue.strategize.dialogues.rules.moments import duration
from duologue.strategize.dialogues.rules.speaking import POST, call, channels_for, hand_over, say, tell
from duologue.strategize.dialogues.rules.starting import arm_of, chance
from duologue.strategize.dialogues.rules.state import (
    ARRIVED,
    END,
    HELD,
    LISTENING,
    SENDING,
    Call,
    Enter,
    HandOver,
    Heard,
    RunState,
    Say,
    Step,
)

if TYPE_CHECKING:
    from duologue.strategize.dialogues.rules.plan import Line, Plan, Turn
    from duologue.strategize.dialogues.rules.state import Known

MOST_TURNS_AT_ONCE = 100
MOST_SILENCES_AT_ONCE = 100
ONLY_IF = "only_if"


class Way:
    """Where the run is and what it has asked for so far. Changed in place; nothing of the state it came from is."""

    def __init__(self, plan: Plan, state: RunState, person: Known, now: datetime, seed: int = 0) -> None:
        self.plan = plan
        self.now = now
        self.seed = seed
        self.run_key = state.run_key
        self.seq, self.turn, self.phase = state.seq, state.turn, state.phase
        self.arrived_at, self.counts_from = state.arrived_at, state.counts_from
        self.started_at, self.delivered = state.started_at, state.delivered
        self.data = dict(state.data)  # its parts are replaced, never changed: see `_part`
        self.heard = dict(state.heard)
        self.context = Context(person, self.data, now)
        self.steps: list[Step] = []
        self.says: list[Say] = []
        self.learns: list[tuple[str, Any]] = []
        self.taken: list[Heard] = []
        self.calls: list[Call] = []
        self.enters: list[Enter] = []
        self.hand_over: HandOver | None = None
        self.ended: str | None = None

    @property
    def present(self) -> Turn:
        return self.plan.turns[self.turn]

    def state(self) -> RunState:
        """Return where the run stands now."""
        return RunState(
            run_key=self.run_key,
            seq=self.seq,
            turn=self.turn,
            phase=self.phase,
            arrived_at=self.arrived_at,
            counts_from=self.counts_from,
            data=self.data,
            heard=self.heard,
            started_at=self.started_at,
            delivered=self.delivered,
        )

    def run_on(self) -> None:
        """Do what the present turn does, and what follows at once, until the run waits or ends."""
        for _ in range(MOST_TURNS_AT_ONCE):
            if self.ended or self.phase != ARRIVED:
                return
            if self.turn not in self.plan.turns:
                self.end("no such turn")
                return
            self._arrive(self.present)
        if not self.ended and self.phase == ARRIVED:
            self.end("loop")

    def conclude(self, until: datetime) -> datetime | None:
        """Take every silence that was due by a moment; return when the next one is due, None where none counts."""
        for _ in range(MOST_SILENCES_AT_ONCE):
            found = self._next_silence()
            if found is None or found[0] > until:
                return found[0] if found else None
            self._be_silent(found[1], found[2])
        if not self.ended:
            self.end("loop")
        return None

    def _be_silent(self, key: str, line: Line | None) -> None:
        """Take the line of a silence; where there is none, a wait is over."""
        if line is None:
            self.move(self.present.then or END, "waited")
        else:
            assert self.counts_from is not None
            late = is_late(line, self.present, self.counts_from, self.context)
            moment = line.moment
            self.heard[once_key(key, self.seq)] = 1
            self._take(key, line, then=moment.late if late and moment and moment.late != "now" else line.then)
        self.run_on()

    def hear(self, response: Heard) -> None:
        """Let a response do what it does here: count as the goal, move the run by a line, or nothing."""
        self._note(response)
        if self._is_goal(response):
            return
        if response.kind in OF_ITS_TURN and response.seq is not None and response.seq != self.seq:
            return
        line = hearing(self.plan, self.present, self.heard, response, self.context)
        if line is not None:
            self.taken.append(response)
            self.data["response"] = {
                **response.properties,
                "kind": response.kind,
                "value": response.value,
                "at": response.occurred_at.isoformat(),
            }
            self._take(line[0], line[1], then=line[1].then)
        elif response.kind == "withheld" and response.value == ONLY_IF and response.seq is not None and self.phase == SENDING:
            self.taken.append(response)
            self._pass_over(self.present, ONLY_IF)
        elif response.kind in {"withheld", "failed"} and response.seq is not None and self.phase in {SENDING, LISTENING}:
            self.taken.append(response)
            self.end(f"{response.kind}: {response.value}")
        elif response.kind == "closed" and self.phase == HELD:
            self.taken.append(response)
            self.end(f"closed: {response.value}")
        self.run_on()

    def move(self, then: str, heard: str) -> None:
        """Leave the present turn for another."""
        to = self.turn if then == "repeat" else then
        self.steps.append(Step(self.seq, self.turn, self.arrived_at, self.now, heard[:160], to))
        if to == END:
            self.ended = END
            return
        self.seq += 1
        self.turn, self.phase, self.arrived_at = to, ARRIVED, self.now
        self.counts_from = self.delivered = None

    def end(self, reason: str) -> None:
        """End the run, and say why."""
        self.steps.append(Step(self.seq, self.turn, self.arrived_at, self.now, reason[:160], END))
        self.ended = reason[:40]

    def _arrive(self, turn: Turn) -> None:
        self._part("turn")[turn.name] = {"at": self.now.isoformat()}
        if turn.only_if and not holds(turn.only_if, self.context):
            self._pass_over(turn, ONLY_IF)
        elif turn.does == "branch":
            way = next((branch for branch in turn.branches if not branch.when or holds(branch.when, self.context)), None)
            self.move(way.then if way else END, "branch")
        elif turn.does == "experiment":
            self.move(arm_of(self.plan.dialogue, turn, self.seq, self.context.person, self.seed), "experiment")
        elif turn.does == "learn":
            self._learn(turn.learn)
            self.move(turn.then or END, "learn")
        elif turn.does == "wait":
            self._wait(turn)
        elif turn.does == "hand_over":
            self.hand_over = hand_over(turn, self.seq, self.now, self.context)
            self._stay_or_go_on(turn, HELD)
            self.counts_from = self.now if self.phase == HELD else self.counts_from
        elif turn.does == "tell":
            self.says.append(tell(turn, self.seq, self.now, self.context))
            self.move(turn.then or END, "tell")
        elif turn.does == "enter":
            self.enters.append(Enter(turn.enters, dict(self.data.get("start", {}))))
            self.move(turn.then or END, "enter")
        elif turn.does == "call":
            self.calls.append(call(turn, self.seq, self.context))
            self._stay_or_go_on(turn, LISTENING)
            self.counts_from = self.now if self.phase == LISTENING else self.counts_from
        else:
            self._speak(turn)

    def _speak(self, turn: Turn) -> None:
        channels = channels_for(turn, self.context.person)
        if not channels:
            self._pass_over(turn, "no channel")
            return
        said = say(turn, self.seq, channels, self.now, self.context, self._number(turn))
        if turn.arrives and turn.arrives.late != "now" and channels[0] == POST and said.arrives_at is None:
            self.move(turn.arrives.late, "late")
            return
        if said.arrives_at is not None:
            self._part("turn")[turn.name] = {"at": self.now.isoformat(), "arrives_at": said.arrives_at.isoformat()}
        self.says.append(said)
        self._stay_or_go_on(turn, SENDING)

    def _number(self, turn: Turn) -> float:
        """Return what chance gives someone in a test: another number in each dialogue, and in each run of it."""
        if turn.test is None:
            return 0.0
        began = int(self.started_at.timestamp())
        return chance(self.seed, self.context.person.profile, self.plan.dialogue, turn.name, began, self.seq, "test")

    def _stay_or_go_on(self, turn: Turn, phase: str) -> None:
        if turn.then is not None:
            self.move(turn.then, "then")
        else:
            self.phase = phase

    def _wait(self, turn: Turn) -> None:
        assert turn.wait is not None
        self.counts_from, self.phase = self.arrived_at, LISTENING
        if turn.wait.until and due_for(turn.wait, turn, self.arrived_at, self.context) is None:
            late = turn.wait.late
            self.move(turn.then or END if late == "now" else late, "late")

    def _pass_over(self, turn: Turn, why: str) -> None:
        """Go on by `otherwise`, or else as if silent at once."""
        if turn.otherwise:
            self.move(turn.otherwise, why)
            return
        last = [line for line in turn.listen if line.hears == "silence" and line.at_most is None and line.then]
        self.move(turn.then or (last[0].then if last else None) or END, why)

    def _next_silence(self) -> tuple[datetime, str, Line | None] | None:
        if self.ended or self.counts_from is None or self.phase not in {LISTENING, HELD}:
            return None
        turn = self.present
        found: list[tuple[datetime, str, Line | None]] = []
        if turn.wait is not None:
            at = due_for(turn.wait, turn, self.counts_from, self.context)
            found.append((at or self.counts_from, "", None))
        if turn.listen:
            found.extend(silences(turn, self.seq, self.heard, self.counts_from, self.context))
        if len(found) > 1:
            return min(found, key=itemgetter(0))
        return found[0] if found else None

    def _take(self, key: str, line: Line, *, then: str | None) -> None:
        self.heard[key] = self.heard.get(key, 0) + 1
        self._learn(line.learn)
        if then is not None:
            self.move(then, line.written)

    def _learn(self, facts: dict[str, Any]) -> None:
        for fact, value in facts.items():
            self.learns.append((fact, self.context.learned(value)))

    def _part(self, name: str) -> dict[str, Any]:
        """Return a part of the data to be written into: a copy, for the state it came from stays as it was."""
        part = self.data[name] = dict(self.data.get(name, {}))
        return part

    def _note(self, response: Heard) -> None:
        """Keep what later paths may ask for, and how the present delivery went."""
        if response.kind == "answered":
            self._part("answer").update(response.properties.get("answers", {}))
        if response.kind == "ok" and response.properties.get("webhook"):
            self._part("call")[response.properties["webhook"]] = response.properties.get("answer", {})
        if response.kind not in {"accepted", "uncertain", "withheld", "failed"}:
            return
        self._part("perk").update(response.properties.get("perks", {}))
        turns, name = self._part("turn"), response.turn or self.turn
        about = turns[name] = dict(turns.get(name, {}))
        about[f"{response.kind}_at"] = response.at.isoformat()
        about.update({key: response.properties[key] for key in ("channel",) if key in response.properties})
        if response.kind in {"accepted", "uncertain"} and response.seq in {None, self.seq} and self.phase == SENDING:
            self.phase, self.counts_from = LISTENING, self._there_at(response)
            self.delivered = {"outcome": response.kind, "at": response.at.isoformat(), "channel": response.properties.get("channel")}
            self.taken.append(response)

    def _there_at(self, response: Heard) -> datetime:
        """Return from when silence counts: acceptance, or for a letter when it is expected to be there."""
        expected = self.data["turn"].get(self.turn, {}).get("arrives_at") if response.properties.get("channel") == POST else None
        return max(response.at, datetime.fromisoformat(expected)) if expected else response.at

    def _is_goal(self, response: Heard) -> bool:
        """Say whether the response was the goal and ended the run by that; a goal that stays is only noted."""
        goal = self.plan.goal
        if goal is None or response.kind != "event" or response.value != goal.event:
            return False
        if response.occurred_at < self.started_at:
            return False
        if goal.within and response.occurred_at > self.started_at + duration(goal.within):
            return False
        if goal.where and not holds(goal.where, Properties(response.properties, self.context)):
            return False
        self.taken.append(response)
        self.data["goal"] = {"at": response.occurred_at.isoformat()}
        if goal.then == "stay":
            return False
        self.end("goal")
        return True
