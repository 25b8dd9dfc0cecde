"""Letting an audience in beside the page that asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.runs.actions import start_dialogue
from duologue.engage.runs.moving import current_version
from duologue.engage.runs.timetable import lets_in_all, open_timetable
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present
from duologue.strategize.dialogues.actions import set_state
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def start_soon(*, workspace: Workspace, name: str, now: datetime) -> bool:
    """Make a dialogue live and leave letting its audience in to a job; say whether there is an audience to let in.

    Raises NotPossible or DialogueRefused, as starting does.
    """
    version = current_version(workspace, name)
    set_state(workspace=workspace, name=name, state=Dialogue.State.LIVE, now=now)
    if not lets_in_all(version):
        open_timetable(workspace=workspace, dialogue=version.dialogue, now=now)
        return False
    admit_audience.defer(workspace=workspace.pk, name=name)
    return True


@app.task(pass_context=False)
def admit_audience(workspace: int, name: str) -> None:
    """Let the audience of a dialogue in; nobody where it was paused or ended before this could begin."""
    found = Workspace.objects.get(pk=workspace)
    if Dialogue.within(found).filter(name=name, state=Dialogue.State.LIVE).exists():
        start_dialogue(workspace=found, name=name, now=present(found))
