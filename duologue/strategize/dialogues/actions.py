"""Drafting, publishing, starting, pausing and ending dialogues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.dialogues.rules.plan import to_json
from duologue.strategize.dialogues.rules.read import read_dialogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace

Pins = dict[str, dict[str, int]]


class DialogueRefused(Exception):
    """It cannot be done with the dialogue as it is; the sentence says why."""


@transaction.atomic
def save_draft(*, workspace: Workspace, name: str, source: str) -> Dialogue:
    """Keep a dialogue's text as its draft, whether or not it can be read yet; what is published stays as it is."""
    dialogue, _ = Dialogue.within(workspace).select_for_update().get_or_create(workspace=workspace, name=name, defaults={"draft": source})
    if dialogue.draft != source:
        dialogue.draft = source
        dialogue.save(update_fields=["draft"])
    return dialogue


@transaction.atomic
def publish(
    *, workspace: Workspace, name: str, pins: Mapping[str, Mapping[str, int]], now: datetime, staff: Staff | None = None
) -> DialogueVersion:
    """Publish the draft as a new version, with the numbers of the messages, surveys and offers it is to use for good.

    The same text with the same pins gives the version in force. Whether those under way move is the engine's action.
    Raises Mistakes where the draft cannot be read, DialogueRefused where there is none.
    """
    dialogue = _locked(workspace, name)
    return _publish(dialogue, dialogue.draft, pins, now, staff)


@transaction.atomic
def publish_beside_draft(
    *, workspace: Workspace, name: str, source: str, pins: Mapping[str, Mapping[str, int]], now: datetime, staff: Staff | None = None
) -> DialogueVersion:
    """Publish a text as `publish` does a draft; a draft that said something else than what was in force stays as it is.

    Raises as `publish` does; a dialogue that is not there yet is made.
    """
    Dialogue.within(workspace).get_or_create(workspace=workspace, name=name, defaults={"draft": source})
    dialogue = _locked(workspace, name)
    before = DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).values_list("source", flat=True).first()
    version = _publish(dialogue, source, pins, now, staff)
    if dialogue.draft != source and (dialogue.draft == before or not dialogue.draft.strip()):
        dialogue.draft = source
        dialogue.save(update_fields=["draft"])
    return version


def _publish(dialogue: Dialogue, source: str, pins: Mapping[str, Mapping[str, int]], now: datetime, staff: Staff | None) -> DialogueVersion:
    workspace, name = dialogue.workspace, dialogue.name
    plan = read_dialogue(source, f"dialogues/{name}.yaml")
    if plan.dialogue != name:
        raise DialogueRefused(f"This dialogue calls itself {plan.dialogue!r}, but it is kept as {name!r}; make them the same.")
    pinned: Pins = {kind: dict(numbers) for kind, numbers in pins.items()}
    newest = DialogueVersion.within(workspace).filter(dialogue=dialogue).order_by("-number").first()
    if newest is not None and newest.number == dialogue.current and newest.source == source and newest.pins == pinned:
        return newest
    version = DialogueVersion(
        workspace=workspace,
        dialogue=dialogue,
        number=newest.number + 1 if newest else 1,
        source=source,
        plan=to_json(plan),
        pins=pinned,
        published_at=now,
        published_by=staff,
    )
    version.save()
    dialogue.current, dialogue.about = version.number, plan.about[:300]
    dialogue.save(update_fields=["current", "about"])
    return version


@transaction.atomic
def set_state(*, workspace: Workspace, name: str, state: str, now: datetime, because: str = "") -> Dialogue:
    """Make a dialogue live, paused or ended. Raises DialogueRefused where that does not follow from how it stands.

    People are let in by the engine's own actions, which call this.
    """
    dialogue = _locked(workspace, name)
    if state == dialogue.state:
        return dialogue
    if state not in FOLLOWS[dialogue.state]:
        raise DialogueRefused(f"The dialogue {name!r} is {dialogue.state}; it cannot become {state}.")
    if state == Dialogue.State.LIVE and not dialogue.current:
        raise DialogueRefused(f"The dialogue {name!r} has not been published yet; publish it, then start it.")
    dialogue.state = state
    dialogue.paused_because = because[:300] if state == Dialogue.State.PAUSED else ""
    if state == Dialogue.State.LIVE and dialogue.started_at is None:
        dialogue.started_at = now
    dialogue.save(update_fields=["state", "paused_because", "started_at"])
    return dialogue


FOLLOWS: dict[str, set[Dialogue.State]] = {
    Dialogue.State.DRAFT: {Dialogue.State.LIVE, Dialogue.State.ENDED},
    Dialogue.State.LIVE: {Dialogue.State.PAUSED, Dialogue.State.ENDED},
    Dialogue.State.PAUSED: {Dialogue.State.LIVE, Dialogue.State.ENDED},
    Dialogue.State.ENDED: {Dialogue.State.LIVE},
}


def _locked(workspace: Workspace, name: str) -> Dialogue:
    dialogue = Dialogue.within(workspace).select_for_update().filter(name=name).first()
    if dialogue is None:
        raise DialogueRefused(f"There is no dialogue {name!r}.")
    return dialogue
