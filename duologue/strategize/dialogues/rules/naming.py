"""What a plan names in other rooms, and whether its purposes fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duologue.strategize.dialogues.rules.reads import reads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.kit.yaml import Place
    from duologue.strategize.dialogues.rules.plan import Plan


@dataclass(slots=True, frozen=True)
class Names:
    """What a plan names in other rooms."""

    messages: frozenset[str]
    surveys: frozenset[str]
    offers: frozenset[str]
    segments: frozenset[str]
    purposes: frozenset[str]
    teams: frozenset[str]
    webhooks: frozenset[str]
    dialogues: frozenset[str]


def named(plan: Plan) -> Names:
    """Return what a plan names."""
    turns = plan.turns.values()
    heard = [line for turn in turns for line in turn.listen] + list(plan.anytime)
    joined = {str(line.what) for line in heard if line.hears in {"joined", "left"} and line.what != "any"}
    triggers = {trigger.name for trigger in plan.starts if trigger.kind in {"joins", "leaves"}}
    granted = {trigger.name for trigger in plan.starts if trigger.kind == "granted"}
    audience = {plan.audience} if plan.audience else set()
    return Names(
        messages=frozenset(turn.message for turn in turns if turn.message),
        surveys=frozenset(turn.survey for turn in turns if turn.survey),
        offers=frozenset(offer for turn in turns for offer in turn.gives),
        segments=frozenset(reads(plan).segments | joined | triggers | audience | set(plan.excepts)),
        purposes=frozenset({turn.consent or turn.purpose for turn in turns if turn.speaks} | {plan.purpose} | granted),
        teams=frozenset(turn.team for turn in turns if turn.team),
        webhooks=frozenset(turn.call for turn in turns if turn.call),
        dialogues=frozenset(turn.enters for turn in turns if turn.enters),
    )


def misfits(plan: Plan, bases: Mapping[str, str]) -> list[tuple[Place, str]]:
    """Return what a plan gets wrong about purposes, as (place, sentence); `bases` maps each purpose to its basis."""
    found: list[tuple[Place, str]] = []
    if plan.purpose not in bases:
        found.append((("purpose",), f"There is no purpose {plan.purpose!r}; write it into purposes.yaml."))
    elif plan.kind == "service" and bases[plan.purpose] == "consent":
        found.append((("kind",), f"A service dialogue needs a purpose by contract or confirmation; {plan.purpose!r} is by consent."))
    for index, trigger in enumerate(plan.starts):
        if trigger.kind == "granted" and trigger.name not in bases:
            found.append((("starts", index), f"There is no purpose {trigger.name!r}; write it into purposes.yaml."))
    for turn in plan.turns.values():
        purpose = turn.consent or turn.purpose
        if not turn.speaks or purpose == plan.purpose:
            continue
        if purpose not in bases:
            found.append((("turns", turn.name), f"There is no purpose {purpose!r}; write it into purposes.yaml."))
        elif turn.kind == "service" and bases[purpose] == "consent" and not turn.consent:
            found.append(
                (("turns", turn.name), f"The purpose {purpose!r} is by consent; say `kind: promotion` in this turn, or take another.")
            )
    return found
