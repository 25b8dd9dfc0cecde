"""The experiments of a dialogue that try several perks, with what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.perks.terms import offered
from duologue.engage.runs.experiments import tried_in
from duologue.engage.runs.plans import versions
from duologue.measure.doses.rules import Dose, smallest

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import DialogueVersion


def doses(workspace: Workspace, version: DialogueVersion, now: datetime) -> dict[str, Any]:
    """Return, by turn, each experiment of a version in which at least one way gives a perk, and the smallest that works."""
    if not any(turn.get("arms") for turn in (version.plan.get("turns") or {}).values()):
        return {}
    known = versions(workspace, [version.pk])[version.pk]
    turns = known.plan.turns
    tried = [turn for turn in turns.values() if any(arm.then in turns and turns[arm.then].gives for arm in turn.arms)]
    given = {turns[arm.then].gives[0] for turn in tried for arm in turn.arms if arm.then in turns and turns[arm.then].gives}
    wanted = {(offer, known.pin("offers", offer)) for offer in given}
    terms = {name: offer.terms for (name, _), offer in offered(workspace, wanted).items()} if wanted else {}
    found: dict[str, Any] = {}
    for turn in tried:
        came = tried_in(workspace, known, turn.name, now)
        ways = []
        for arm in turn.arms:
            offer = turns[arm.then].gives[0] if arm.then in turns and turns[arm.then].gives else ""
            size = (terms[offer].cost, terms[offer].share) if offer in terms else (0, 0.0)
            one = came.get(arm.then)
            ways.append(Dose(arm.then, offer, size, one.people if one else 0, one.reached if one else 0))
        verdict = smallest(ways)
        found[turn.name] = {
            "smallest": verdict.dose.offer if verdict.dose else None,
            "sure": verdict.is_sure,
            "sentence": verdict.sentence,
            "ways": {way.then: {"offer": way.offer, "people": way.people, "reached": way.reached} for way in ways},
        }
    return found
