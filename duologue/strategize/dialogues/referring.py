"""Which dialogues name a campaign, a persona, a placement or an occasion: as they are in force, and in drafts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import F

from duologue.kit.yaml import Mistakes
from duologue.strategize.dialogues.models import DialogueVersion
from duologue.strategize.dialogues.queries import drafts, plan_of
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.reads import lines_of

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

KINDS: Final = ("campaign", "persona", "placement", "occasion")


@dataclass(slots=True, frozen=True)
class Referring:
    """A dialogue that names it, with its plan. `state` is the dialogue's; "draft" where only its draft does."""

    name: str
    state: str
    plan: Plan


def referring(workspace: Workspace, kind: str, name: str) -> list[Referring]:
    """Return by name the dialogues that name something of one of `KINDS`; those that have ended too.

    A draft that cannot be read names nothing.
    """
    rows = DialogueVersion.within(workspace).filter(number=F("dialogue__current"), source__contains=name)
    made = ((row.dialogue.name, row.dialogue.state, plan_of(row)) for row in rows.select_related("dialogue"))
    found = {called: Referring(called, state, plan) for called, state, plan in made if _names(plan, kind, name)}
    for called, draft in drafts(workspace).items():
        plan = _read(draft) if name in draft and called not in found else None
        if plan is not None and _names(plan, kind, name):
            found[called] = Referring(called, "draft", plan)
    return [found[called] for called in sorted(found)]


def _names(plan: Plan, kind: str, name: str) -> bool:
    if kind == "placement":
        return any(trigger.kind == kind and trigger.name == name for trigger in plan.starts)
    if kind == "occasion":
        return any(line.hears == "attended" and line.what == name for _, line in lines_of(plan))
    return plan.serves.get(kind) == name


def _read(draft: str) -> Plan | None:
    try:
        return read_dialogue(draft)
    except Mistakes:
        return None
