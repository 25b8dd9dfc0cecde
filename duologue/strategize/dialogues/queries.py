"""Reading dialogues and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.dialogues.rules.plan import from_json

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan


def current(workspace: Workspace, name: str) -> DialogueVersion | None:
    """Return the version of a dialogue that is in force; None before the first one was published."""
    dialogue = Dialogue.within(workspace).filter(name=name).first()
    if dialogue is None or not dialogue.current:
        return None
    return DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).first()


def sources(workspace: Workspace) -> dict[str, str]:
    """Return by name the text of each dialogue as it is in force."""
    rows = DialogueVersion.within(workspace).filter(number=F("dialogue__current")).order_by("dialogue__name")
    return dict(rows.values_list("dialogue__name", "source"))


def drafts(workspace: Workspace) -> dict[str, str]:
    """Return by name the drafts that say something else than what is in force; an empty one is none."""
    there = sources(workspace)
    rows = Dialogue.within(workspace).order_by("name").values_list("name", "draft")
    return {name: draft for name, draft in rows if draft.strip() and draft != there.get(name)}


def plan_of(version: DialogueVersion) -> Plan:
    """Return the plan of a version."""
    return from_json(version.plan)


def saying(workspace: Workspace, kind: str, name: str) -> list[DialogueVersion]:
    """Return the versions in force, by the dialogue's name, that keep a number of a message, survey or offer of this name.

    `kind` is messages, surveys or offers. Dialogues that have ended, or whose draft says something else by now, are left out.
    """
    rows = DialogueVersion.within(workspace).filter(number=F("dialogue__current"), source=F("dialogue__draft"))
    rows = rows.filter(**{f"pins__{kind}__has_key": name}).exclude(dialogue__state=Dialogue.State.ENDED)
    return list(rows.select_related("dialogue").order_by("dialogue__name"))


def invited_from(workspace: Workspace, segment: str) -> list[str]:
    """Return by name the dialogues whose audience is a segment, as they are in force; those that have ended are left out."""
    rows = DialogueVersion.within(workspace).filter(number=F("dialogue__current"), plan__audience=segment)
    rows = rows.exclude(dialogue__state=Dialogue.State.ENDED)
    return list(rows.order_by("dialogue__name").values_list("dialogue__name", flat=True))
