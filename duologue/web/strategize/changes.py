"""Starting, pausing and going on with a dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.views.decorators.http import require_POST

from duologue.engage.runs import actions
from duologue.engage.runs.jobs import start_soon
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.actions import DialogueRefused
from duologue.strategize.dialogues.models import Dialogue
from duologue.web.access import inside
from duologue.web.pages import member, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_POST
@inside(Right.PUBLISH)
def start(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Make a dialogue live; a job lets its audience in."""
    return _let_in(request, workspace, name, "start dialogue", "It is live.")


@require_POST
@inside(Right.PUBLISH)
def pause(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Pause a live dialogue."""
    _exists(workspace, name)
    because = request.POST.get("because", "").strip() or f"by {request.user}"
    if actions.pause(workspace=workspace, name=name, because=because, now=now(workspace)):
        note(workspace, str(request.user), "pause dialogue", name, {"because": because}, staff=member(request))
    return said(request, "It is paused; responses are still heard.", _page_of(request), workspace.name, name)


@require_POST
@inside(Right.PUBLISH)
def resume(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Go on with a paused dialogue; a job lets in those who joined its audience meanwhile."""
    if not Dialogue.within(workspace).filter(name=name, state=Dialogue.State.PAUSED).exists():
        return said(request, "It is not paused.", "strategize:dialogues", workspace.name, refused=True)
    return _let_in(request, workspace, name, "resume dialogue", "It goes on.")


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


def _let_in(request: HttpRequest, workspace: Workspace, name: str, act: str, done: str) -> HttpResponse:
    _exists(workspace, name)
    to = (_page_of(request), workspace.name, name)
    try:
        audience = start_soon(workspace=workspace, name=name, now=now(workspace))
    except (actions.NotPossible, DialogueRefused) as refused:
        return said(request, str(refused), *to, refused=True)
    note(workspace, str(request.user), act, name, staff=member(request))
    return said(request, f"{done} {'Its audience is being let in.' if audience else 'Whoever does what it waits for is let in.'}", *to)


def _exists(workspace: Workspace, name: str) -> None:
    if not Dialogue.within(workspace).filter(name=name).exists():
        raise Http404


def _page_of(request: HttpRequest) -> str:
    """Return the page from which it was asked: a broadcast's, or the dialogue's."""
    return "engage:broadcast" if request.POST.get("back") == "broadcast" else "strategize:dialogue"
