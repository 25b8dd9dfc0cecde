"""What a run does next. Nothing else knows what a dialogue means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.dialogues.rules.state import Decision, Heard, Known, RunState


def begin(plan: Plan, *, run_key: int, at: datetime, start: dict[str, Any] | None = None) -> RunState:
    """Return the state of a run that has just been started, at its first turn; hand it to `decide` with no responses."""
    raise NotImplementedError


def decide(  # noqa: PLR0917 - the six things that settle what follows, named in the design
    plan: Plan, state: RunState, person: Known, responses: Sequence[Heard], now: datetime, watermark: datetime, *, seed: int = 0
) -> Decision:
    """Return what follows from the responses (in any order) and from the time, running on until the run waits.

    Silence is concluded only when `watermark`, before which everything received has been handed in, has reached the
    deadline. A response received after a deadline never beats the silence. Chance is blake2b(seed, profile, turn, seq).
    """
    raise NotImplementedError
