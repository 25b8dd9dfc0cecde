"""What a run does next. Nothing else knows what a dialogue means."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from duologue.strategize.dialogues.rules.state import ARRIVED, Decision, Heard, RunState
from duologue.strategize.dialogues.rules.way import Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.dialogues.rules.state import Known


def begin(plan: Plan, *, run_key: int, at: datetime, start: dict[str, Any] | None = None, is_first: bool = False) -> RunState:
    """Return the state of a run that has just been started, at its first turn; hand it to `decide` with no responses.

    `is_first` says that it is one of those that begin before the others, to see how the letters are taken.
    """
    return RunState(
        run_key=run_key,
        seq=1,
        turn=plan.start,
        phase=ARRIVED,
        arrived_at=at,
        counts_from=None,
        data={**({"start": start} if start else {}), **({"first": True} if is_first else {})},
        heard={},
        started_at=at,
    )


def decide(  # noqa: PLR0917 - the six things that settle what follows, named in the design
    plan: Plan,
    state: RunState,
    person: Known,
    responses: Sequence[Heard],
    now: datetime,
    watermark: datetime,
    *,
    seed: int = 0,
) -> Decision:
    """Return what follows from the responses (in any order) and from the time, running on until the run waits.

    Silence is concluded only when `watermark`, before which everything received has been handed in, has reached the
    deadline. A response received after a deadline never beats the silence: it is kept in the state until the silence
    has been concluded, and then heard by the turn that the run is in. Chance is `starting.chance(seed, profile, turn, seq)`.
    """
    way = Way(plan, state, person, now, seed)
    kept = [_unpacked(one) for one in way.data.pop("pending", [])]
    ahead = sorted([*kept, *responses], key=lambda response: response.at)
    way.run_on()
    sure = min(now, watermark)
    for index, response in enumerate(ahead):
        deadline = way.conclude(min(sure, response.at))
        if way.ended:
            break
        if deadline is not None and deadline <= response.at:
            way.data["pending"] = [_packed(one) for one in ahead[index:]]
            break
        way.hear(response)
    else:
        deadline = way.conclude(sure)
    return Decision(
        state=way.state(),
        steps=way.steps,
        says=way.says,
        gives=[],
        learns=way.learns,
        hand_over=way.hand_over,
        ended=way.ended,
        wake_at=deadline,
        heard=way.taken,
        calls=way.calls,
        enters=way.enters,
    )


def moved(state: RunState, old: Plan, new: Plan) -> RunState | None:
    """Return the state as it is in another version, the turn found by its name or by `was`; None where it is gone.

    A run keeps its place and its counting; lines are counted anew, since they may be others.
    """
    if state.turn in new.turns and not any(turn.was == state.turn for turn in new.turns.values()):
        return state if old.turns.get(state.turn) == new.turns[state.turn] else replace(state, heard={})
    renamed = next((turn.name for turn in new.turns.values() if turn.was == state.turn), None)
    return replace(state, turn=renamed, heard={}) if renamed else None


def _packed(response: Heard) -> dict[str, Any]:
    return {
        "kind": response.kind,
        "value": response.value,
        "at": response.at.isoformat(),
        "occurred_at": response.occurred_at.isoformat(),
        "turn": response.turn,
        "seq": response.seq,
        "properties": response.properties,
    }


def _unpacked(data: dict[str, Any]) -> Heard:
    return Heard(**{**data, "at": datetime.fromisoformat(data["at"]), "occurred_at": datetime.fromisoformat(data["occurred_at"])})
