"""The first page, and stopping all sending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.views.decorators.http import require_GET, require_POST

from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.actions import resume_all, stop_all
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.home import reads
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.LOOK)
def home(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Say what needs attention, and how much is under way."""
    at = now(workspace)
    numbers = reads.numbers(workspace)
    dialogues = reads.dialogues(workspace)
    return page(
        request,
        workspace,
        "home/home.html",
        place="home/home",
        now=at,
        attention=reads.attention(workspace, at, names=may(request.role, Right.SEE_PEOPLE)),  # type: ignore[attr-defined]
        worth_knowing=reads.worth_knowing(workspace, member(request), at),
        numbers=numbers,
        first_steps=reads.first_steps(numbers),
        dialogues=dialogues,
        under_way=sum(one["report"]["people"]["under_way"] for one in dialogues if one["report"]),
        happened=reads.happened(workspace),
    )


@require_POST
@inside(Right.PUBLISH)
@transaction.atomic
def stop(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Stop all sending at once."""
    because = request.POST.get("because", "").strip() or "no reason given"
    if stop_all(workspace, because=because, now=now(workspace)):
        note(workspace, str(request.user), "stop all sending", workspace.name, {"because": because}, staff=member(request))
    return said(request, "All sending is stopped.", "home:home", workspace.name)


@require_POST
@inside(Right.PUBLISH)
@transaction.atomic
def resume(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Let the workspace send again."""
    if resume_all(workspace):
        note(workspace, str(request.user), "resume sending", workspace.name, staff=member(request))
    return said(request, "Sending goes on; what fell due meanwhile leaves first.", "home:home", workspace.name)
