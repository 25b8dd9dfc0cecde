"""A dialogue played into one's own mailbox: what one invented person would be sent, with days as seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from duologue.engage.messages.actions import plan as plan_deliveries
from duologue.engage.messages.trying_out import trial
from duologue.engage.runs.rules.assumed import RATES, Assumptions
from duologue.engage.runs.rules.forecast import said_to_the_person
from duologue.engage.runs.rules.responding import Ahead, Responding
from duologue.engage.runs.simulate import SOMEBODY, STEPS_AT_MOST, beginning, invented
from duologue.strategize.dialogues.rules.decide import decide

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.dialogues.rules.state import Heard, Say

DAY: Final = timedelta(days=1)
FASTER: Final = 86_400  # a day as a second
ALWAYS: Final = {"ok": 1.0, "closed": 1.0}
ANSWERS: Final = ("nothing", "first")


@dataclass(slots=True, frozen=True)
class Played:
    """One message of a play: so long after its beginning."""

    after: timedelta
    say: Say


def scenes(plan: Plan, now: datetime, *, answers: str, zone: str, seed: int) -> list[Played]:
    """Return what somebody is sent who answers nothing, or by the first line of each turn."""
    rates = dict.fromkeys(RATES, 0.0) | ALWAYS
    if answers == "first":
        for turn in plan.turns.values():
            line = next((one for one in turn.listen if one.hears not in {"silence", "withheld", "failed"}), None)
            if line is not None:
                rates[f"{turn.name}.{line.written}"] = 1.0
    assumed = Assumptions(people=1, rates=rates, zone=zone, seed=seed)
    person, ahead, responding = invented(plan, assumed), Ahead(), Responding(plan, assumed)
    state, moment = beginning(plan, now), now
    heard: list[Heard] = []
    found: list[Played] = []
    for step in range(1, STEPS_AT_MOST):
        decision = decide(plan, state, person, heard, moment, moment, seed=seed)
        said = said_to_the_person(decision, moment)
        found += [Played(max(say.due_at, moment) - now, say) for say, _ in said]
        for coming in responding.all_of(SOMEBODY, decision, said, moment, step):
            ahead.push(coming)
        state = decision.state
        following = [at for at in (decision.wake_at, ahead.first()) if at is not None]
        if decision.ended or not following:
            break
        moment = max(moment, min(following))
        heard = ahead.until(moment)
    return found


def play_to(*, workspace: Workspace, plan: Plan, to: str, person: int | None, answers: str, now: datetime) -> int:
    """Send a whole dialogue to a colleague, days as seconds; return how many letters are planned. Raises NotTried.

    They belong to no dialogue and no run: nobody's figures know of them.
    """
    played = scenes(plan, now, answers=answers, zone=workspace.timezone, seed=workspace.seed)
    letters = [
        trial(
            workspace=workspace,
            to=to,
            person=person,
            due_at=now + one.after / FASTER,
            message=one.say.message,
            survey=one.say.survey,
            text=_instead(one.say),
            label=f"Test, day {one.after // DAY + 1}, {one.say.turn}",
        )
        for one in played
    ]
    return len(plan_deliveries(workspace=workspace, deliveries=letters, now=now))


def _instead(say: Say) -> str:
    """Return what stands for a message that is made when it leaves: of a perk that is given, of consent that is asked for."""
    if say.message or say.survey:
        return ""
    return f"(Here it asks for consent to {say.consent}.)" if say.consent else f"(Here it gives {' or '.join(say.gives)}.)"
