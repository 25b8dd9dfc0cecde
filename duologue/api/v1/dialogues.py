"""Dialogues over HTTP: which there are, whom to begin one for, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import Path, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import REFUSALS, note_by, plain, room
from duologue.api.v1.once import once
from duologue.engage.runs.actions import NotPossible, pause, resume, start_by_hand
from duologue.kit.pipeline import Refused
from duologue.measure.reports.queries import NoSuchDialogue
from duologue.measure.reports.tasks import report_alone
from duologue.people.privacy.queries import person_of
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["dialogues"])


class DialogueLine(Schema):
    """One dialogue of the list."""

    name: str
    about: str
    state: str
    current: int


@router.get("", response={200: list[DialogueLine], **REFUSALS}, operation_id="list_dialogues")
def list_dialogues(request: HttpRequest, workspace: Path[str]) -> list[Dialogue]:
    """Return the dialogues of the workspace by name."""
    return list(Dialogue.within(room(request, workspace, Right.LOOK)).order_by("name"))


class Starting(Schema):
    """Whom to begin a dialogue for: external ids, e-mail addresses, phone numbers, or person:NUMBER."""

    people: list[str] = Field(min_length=1, max_length=1000)


class Started(Schema):
    """For how many of them it began."""

    began: int


@router.post("/{name}/start", response={200: Started, **REFUSALS}, operation_id="start_dialogue_by_hand")
@decorate_view(once)
def start_dialogue_by_hand(request: HttpRequest, workspace: Path[str], name: Path[str], body: Starting) -> Status[dict[str, Any]]:
    """Begin a dialogue that starts by hand for these people. Who may not be written to, or is in it already, begins no run."""
    here = room(request, workspace, Right.CARE)
    try:
        persons = [person_of(here, reference) for reference in body.people]
        began = start_by_hand(workspace=here, name=plain(name), persons=persons, now=now(here))
    except Refused as refusal:
        return Status(422, {"detail": refusal.sentence})
    except NotPossible as refusal:
        return Status(409, {"detail": str(refusal)})
    if began:
        note_by(request, here, "start dialogue by hand", name, began=began)
    return Status(200, {"began": began})


@router.get("/{name}/report", response={200: dict[str, Any], **REFUSALS}, operation_id="get_report")
def get_report(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Return a dialogue's report: people, deliveries, turns, conversions, attribution, lift and cost."""
    here = room(request, workspace, Right.LOOK)
    try:
        return report_alone(here, name, now(here))
    except NoSuchDialogue as missing:
        raise HttpError(404, str(missing)) from missing


class Changed(Schema):
    """Whether it was otherwise until now, and the state it is in."""

    changed: bool
    state: str


@router.post("/{name}/pause", response={200: Changed, **REFUSALS}, operation_id="pause_dialogue")
@decorate_view(once)
def pause_dialogue(request: HttpRequest, workspace: Path[str], name: Path[str]) -> Status[dict[str, Any]]:
    """Say nothing more in a dialogue until it is resumed; responses are still heard. One that is not live stays as it is."""
    here = room(request, workspace, Right.PUBLISH)
    try:
        changed = pause(workspace=here, name=plain(name), because="paused over the API", now=now(here))
    except NotPossible as refusal:
        return Status(404, {"detail": str(refusal)})
    return Status(200, _changed(request, here, name, "pause dialogue", changed=changed))


@router.post("/{name}/resume", response={200: Changed, **REFUSALS}, operation_id="resume_dialogue")
@decorate_view(once)
def resume_dialogue(request: HttpRequest, workspace: Path[str], name: Path[str]) -> Status[dict[str, Any]]:
    """Go on with a paused dialogue. One that is not paused stays as it is."""
    here = room(request, workspace, Right.PUBLISH)
    try:
        changed = resume(workspace=here, name=plain(name), now=now(here))
    except NotPossible as refusal:
        return Status(404 if not Dialogue.within(here).filter(name=name).exists() else 409, {"detail": str(refusal)})
    return Status(200, _changed(request, here, name, "resume dialogue", changed=changed))


def _changed(request: HttpRequest, here: Workspace, name: str, what: str, *, changed: bool) -> dict[str, Any]:
    if changed:
        note_by(request, here, what, name)
    return {"changed": changed, "state": Dialogue.within(here).values_list("state", flat=True).get(name=name)}
