"""Starting, pausing and going on with a dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.views.decorators.http import require_POST

from duologue.engage.runs import actions
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue
from duologue.web.access import inside
from duologue.web.pages import member, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_POST
@inside(Right.PUBLISH)
def start(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Make a dialogue live and admit its audience."""
    _exists(workspace, name)
    to = ("strategize:dialogue", workspace.name, name)
    try:
        begun = actions.start_dialogue(workspace=workspace, name=name, now=now(workspace))
    except actions.NotPossible as refused:
        return said(request, str(refused), *to, refused=True)
    note(workspace, str(request.user), "start dialogue", name, {"runs": begun}, staff=member(request))
    return said(
        request, f"It is live. {begun:,} people are on their way." if begun else "It is live, and waits for the first to begin.", *to
    )


@require_POST
@inside(Right.PUBLISH)
def pause(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Pause a live dialogue."""
    _exists(workspace, name)
    because = request.POST.get("because", "").strip() or f"by {request.user}"
    if actions.pause(workspace=workspace, name=name, because=because, now=now(workspace)):
        note(workspace, str(request.user), "pause dialogue", name, {"because": because}, staff=member(request))
    return said(request, "It is paused; responses are still heard.", "strategize:dialogue", workspace.name, name)


@require_POST
@inside(Right.PUBLISH)
def resume(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Go on with a paused dialogue."""
    _exists(workspace, name)
    if actions.resume(workspace=workspace, name=name, now=now(workspace)):
        note(workspace, str(request.user), "resume dialogue", name, staff=member(request))
    return said(request, "It goes on.", "strategize:dialogue", workspace.name, name)


@require_POST
@inside(Right.PUBLISH)
def move(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Move those under way on older versions to the one in force."""
    _exists(workspace, name)
    to = ("strategize:text", workspace.name, name)
    try:
        moved = actions.move_under_way(workspace=workspace, name=name, now=now(workspace))
    except actions.NotPossible as refused:
        return said(request, str(refused), *to, refused=True)
    note(workspace, str(request.user), "move dialogue", name, {"moved": moved}, staff=member(request))
    return said(request, f"{moved:,} {'person goes' if moved == 1 else 'people go'} on in the version in force.", *to)


def _exists(workspace: Workspace, name: str) -> None:
    if not Dialogue.within(workspace).filter(name=name).exists():
        raise Http404
