"""Dialogues over HTTP: which there are, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import Path, Router, Schema
from ninja.errors import HttpError

from duologue.api.v1.access import REFUSALS, room
from duologue.measure.reports.queries import NoSuchDialogue, report
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from django.http import HttpRequest

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


@router.get("/{name}/report", response={200: dict[str, Any], **REFUSALS}, operation_id="get_report")
def get_report(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Return a dialogue's report: people, deliveries, turns, conversions, attribution, lift and cost."""
    here = room(request, workspace, Right.LOOK)
    try:
        return report(here, name, now(here))
    except NoSuchDialogue as missing:
        raise HttpError(404, str(missing)) from missing
