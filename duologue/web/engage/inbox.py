"""The inbox: who waits for a human, what was said, answering and closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.conversations import actions, queries
from duologue.engage.conversations.rules import OUTCOMES
from duologue.engage.runs.models import Run
from duologue.people.profiles.queries import people, persons_of, profiles_of
from duologue.platform.audit.actions import note as note_in_log
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.models import SegmentMember
from duologue.web.access import inside
from duologue.web.pages import PAGE_SIZE, member, moment_and_number, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.engage.conversations.models import Conversation
    from duologue.engage.conversations.queries import Waiting
    from duologue.platform.workspaces.models import Workspace

PLACE = "engage/inbox"


@require_GET
@inside(Right.SEE_PEOPLE)
def inbox(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List open (or closed) conversations, last touched first; of all teams or of one."""
    state = "closed" if request.GET.get("state") == "closed" else "open"
    team = request.GET.get("team") or None
    rows = queries.inbox(workspace, state=state, team=team, before=moment_and_number(request.GET.get("after", "")), limit=PAGE_SIZE + 1)
    following = (
        f"{rows[PAGE_SIZE - 1].touched_at.isoformat()}_{rows[PAGE_SIZE - 1].id}".replace("+00:00", "Z") if len(rows) > PAGE_SIZE else ""
    )
    keep = f"state={state}" + (f"&team={team}" if team else "")
    context = {"rows": rows[:PAGE_SIZE], "following": following, "keep": keep, "state": state, "team": team}
    return page(request, workspace, "engage/inbox.html", place=PLACE, counts=queries.open_counts(workspace), **context)


@require_GET
@inside(Right.SEE_PEOPLE)
def conversation(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Show everything said with one person, and who they are."""
    one = _find(workspace, number)
    at = now(workspace)
    person = persons_of(workspace, [one.profile_id]).get(one.profile_id, one.profile_id)
    profiles = profiles_of(workspace, [person]).get(person, [one.profile_id])
    context = {
        "conversation": one,
        "entries": queries.entries(workspace, one.pk),
        "queue": _queue(workspace, one),
        "person": people(workspace, [person]).get(person),
        "runs": list(Run.of(workspace, profiles).filter(under_way=True).select_related("dialogue")[:10]),
        "segments": list(SegmentMember.within(workspace).filter(person=person, member=True).select_related("segment")[:12]),
        "outcomes": OUTCOMES,
        "is_overdue": one.due_at is not None and one.due_at <= at,
    }
    return page(request, workspace, "engage/conversation.html", place=PLACE, now=at, **context)


@require_POST
@inside(Right.CARE)
def answer(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Send the person what was written."""
    one = _find(workspace, number)
    text = request.POST.get("text", "").strip()
    to = ("engage:conversation", workspace.name, number)
    if not text:
        return said(request, "Write something first; nothing was sent.", *to, refused=True)
    try:
        actions.answer(workspace=workspace, conversation=one.pk, text=text, staff=member(request), now=now(workspace))
    except actions.Refused as refused:
        return said(request, str(refused), *to, refused=True)
    return said(request, "Your answer is on its way.", *to)


@require_POST
@inside(Right.CARE)
def note(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Write something beside the conversation that only staff see."""
    one = _find(workspace, number)
    text = request.POST.get("text", "").strip()
    if text:
        actions.note(workspace=workspace, conversation=one.pk, text=text, now=now(workspace), staff=member(request))
    return said(request, "Noted; only colleagues see it.", "engage:conversation", workspace.name, number)


@require_POST
@inside(Right.CARE)
@transaction.atomic
def close(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Close a conversation with its outcome."""
    one = _find(workspace, number)
    outcome = request.POST.get("outcome", "").strip()[:40]
    if not outcome:
        return said(request, "Say how it ended.", "engage:conversation", workspace.name, number, refused=True)
    if actions.close(workspace=workspace, conversation=one.pk, outcome=outcome, now=now(workspace), staff=member(request)):
        note_in_log(workspace, str(request.user), "close conversation", str(one.pk), {"outcome": outcome}, staff=member(request))
    return said(request, f"Closed: {outcome}. What was paused for it goes on.", "engage:inbox", workspace.name)


def _find(workspace: Workspace, number: int) -> Conversation:
    found = queries.conversation(workspace, number)
    if found is None:
        raise Http404
    return found


def _queue(workspace: Workspace, one: Conversation) -> list[Waiting]:
    return queries.inbox(workspace, state=one.state, limit=15)
