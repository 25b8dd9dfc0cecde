"""What a member does with a conversation: answers it, writes beside it, takes it, hands it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.views.decorators.http import require_POST

from duologue.engage.care.saying import ready_answer
from duologue.engage.conversations import actions
from duologue.engage.messages.content.liquid import ContentFailed
from duologue.kit.text import whole_number
from duologue.people.profiles.queries import people, persons_of
from duologue.platform.audit.actions import note as note_in_log
from duologue.platform.staff.models import Membership
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.engage.inbox import find, show
from duologue.web.pages import member, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace


@require_POST
@inside(Right.CARE)
def answer(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Send the person what was written, unless somebody else has answered them meanwhile."""
    one = find(workspace, number)
    text = request.POST.get("text", "").strip()
    if not text:
        return show(request, workspace, one, trouble="Write something first; nothing was sent.", status=422)
    seen = whole_number(request.POST.get("seen", ""))
    try:
        actions.answer(workspace=workspace, conversation=one.pk, text=text, staff=member(request), seen=seen, now=now(workspace))
    except actions.Refused as refused:
        status = 409 if refused.reason == "overtaken" else 422
        return show(request, workspace, find(workspace, number), text=text, trouble=str(refused), status=status)
    return said(request, "Your answer is on its way.", "engage:conversation", workspace.name, number)


@require_POST
@inside(Right.CARE)
def insert(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Put a ready answer below what was written; nothing is sent, and nothing that was written is lost."""
    one = find(workspace, number)
    text = request.POST.get("text", "").rstrip()
    person = persons_of(workspace, [one.profile_id]).get(one.profile_id, one.profile_id)
    name = request.POST.get("ready", "")
    try:
        words = ready_answer(workspace, name, people(workspace, [person])[person], member(request)) if name else None
    except ContentFailed as failed:
        return show(request, workspace, one, text=text, trouble=f"{failed}. Nothing was put in.", status=422)
    if words is None:
        return show(request, workspace, one, text=text, trouble="Choose a ready answer first.", status=422)
    return show(request, workspace, one, text=f"{text}\n\n{words}" if text else words, inserted=True)


@require_POST
@inside(Right.CARE)
def note(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Write something beside the conversation that only staff see."""
    one = find(workspace, number)
    text = request.POST.get("text", "").strip()
    if not text:
        return show(request, workspace, one, trouble="Write something first; nothing was noted.", status=422)
    actions.note(workspace=workspace, conversation=one.pk, text=text, now=now(workspace), staff=member(request))
    return said(request, "Noted; only colleagues see it.", "engage:conversation", workspace.name, number)


@require_POST
@inside(Right.CARE)
@transaction.atomic
def assign(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Give the conversation to a colleague, to oneself, or to nobody."""
    one = find(workspace, number)
    place = ("engage:conversation", workspace.name, number)
    wanted = request.POST.get("to", "")
    to = _colleague(workspace, wanted)
    if wanted and to is None:
        return said(request, "Nobody of that name answers here; nothing was changed.", *place, refused=True)
    was = whole_number(request.POST.get("was", ""))
    try:
        actions.assign(workspace=workspace, conversation=one.pk, to=to, was=was)
    except actions.Refused as refused:
        return said(request, str(refused), *place, refused=True)
    note_in_log(
        workspace, str(request.user), "assign conversation", str(one.pk), {"to": str(to) if to else "nobody"}, staff=member(request)
    )
    whose = "It is nobody's now." if to is None else "It is yours now." if to == member(request) else f"It is {to}'s now."
    return said(request, whose, *place)


@require_POST
@inside(Right.CARE)
@transaction.atomic
def close(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Close a conversation with its outcome, and hand it back to the automation."""
    one = find(workspace, number)
    outcome = request.POST.get("outcome", "").strip()[:40]
    if not outcome:
        return said(request, "Say how it ended.", "engage:conversation", workspace.name, number, refused=True)
    if actions.close(workspace=workspace, conversation=one.pk, outcome=outcome, now=now(workspace), staff=member(request)):
        note_in_log(workspace, str(request.user), "close conversation", str(one.pk), {"outcome": outcome}, staff=member(request))
        return said(request, f"Closed: {outcome}. What was paused for it goes on.", "engage:inbox", workspace.name)
    return said(request, f"It was closed already: {one.outcome}.", "engage:inbox", workspace.name, refused=True)


def _colleague(workspace: Workspace, wanted: str) -> Staff | None:
    number = whole_number(wanted)
    found = Membership.within(workspace).filter(staff=number).select_related("staff").first() if number is not None else None
    return found.staff if found is not None and may(found.role, Right.CARE) else None
