"""The inbox: who waits for a human and what is due first, and one conversation with all that was said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.views.decorators.http import require_GET

from duologue.engage.care.queries import current as current_care
from duologue.engage.conversations import queries
from duologue.engage.conversations.goodwill import left_of, says_left
from duologue.engage.conversations.rules import OUTCOMES
from duologue.engage.runs.models import Run
from duologue.engage.runs.queries import outcomes_heard
from duologue.people.profiles.queries import people, persons_of, profiles_of
from duologue.platform.staff.queries import members
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.models import SegmentMember
from duologue.web.access import inside
from duologue.web.pages import PAGE_SIZE, member, moment_and_number, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.engage.conversations.models import Conversation
    from duologue.engage.conversations.queries import Waiting
    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "engage/inbox"
WHOSE: Final = ("mine", "nobody")


@require_GET
@inside(Right.SEE_PEOPLE)
def inbox(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List open conversations, what is due first at the head, or closed ones; of all teams or of one, of all colleagues, mine, nobody's."""
    at, me = now(workspace), member(request).pk
    state = "closed" if request.GET.get("state") == "closed" else "open"
    team = request.GET.get("team") or None
    whose = request.GET.get("whose", "")
    token = request.GET.get("after", "")
    rows = queries.inbox(
        workspace,
        state=state,
        team=team,
        whose={"mine": me, "nobody": queries.NOBODY}.get(whose),
        before=moment_and_number(token),
        after=_place(token),
        limit=PAGE_SIZE + 1,
    )
    following = _token(rows[PAGE_SIZE - 1]) if len(rows) > PAGE_SIZE else ""
    keep = f"state={state}" + (f"&team={team}" if team else "") + (f"&whose={whose}" if whose in WHOSE else "")
    context = {"rows": rows[:PAGE_SIZE], "following": following, "keep": keep, "state": state, "team": team, "whose": whose}
    counts = queries.open_counts(workspace, at, me)
    return page(request, workspace, "engage/inbox.html", place=PLACE, now=at, counts=counts, care=current_care(workspace), **context)


@require_GET
@inside(Right.SEE_PEOPLE)
def conversation(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Show everything said with one person, and who they are."""
    return show(request, workspace, find(workspace, number))


def show(request: HttpRequest, workspace: Workspace, one: Conversation, *, status: int = 200, **context: Any) -> HttpResponse:
    """Show a conversation; what was written and not sent is given back as `text`, with why as `trouble`.

    A part of the page that is exchanged is always answered with 200, or else it would not be.
    """
    at = now(workspace)
    person = persons_of(workspace, [one.profile_id]).get(one.profile_id, one.profile_id)
    profiles = profiles_of(workspace, [person]).get(person, [one.profile_id])
    said = queries.entries(workspace, one.pk)
    care, me = current_care(workspace), member(request).pk
    mine = left_of(workspace, at, [me]).get(me) if care.goodwill.offers else None
    heard = outcomes_heard(workspace, one.run_id, one.run_seq)
    context = {
        "conversation": one,
        "entries": said,
        "seen": max((entry.pk for entry in said), default=0),
        "queue": queries.inbox(workspace, state=one.state, limit=15),
        "person": people(workspace, [person]).get(person),
        "runs": list(Run.of(workspace, profiles).filter(under_way=True).select_related("dialogue")[:10]),
        "segments": list(SegmentMember.within(workspace).filter(person=person, member=True).select_related("segment")[:12]),
        "heard": heard,
        "outcomes": [outcome for outcome in OUTCOMES if outcome not in heard],
        "due": min((due for due in (one.due_at, one.answer_by) if due is not None), default=None),
        "answers": care.answers,
        "gifts": care.goodwill.offers if mine else (),
        "left": says_left(mine, workspace.currency) if mine else "",
        "colleagues": [row.staff for row in members(workspace) if may(row.role, Right.CARE)],
        **context,
    }
    part = request.headers.get("HX-Request") == "true"
    answer = page(request, workspace, "engage/conversation.html", place=PLACE, now=at, **context)
    answer.status_code = 200 if part else status
    return answer


def find(workspace: Workspace, number: int) -> Conversation:
    """Return a conversation, or answer that there is none."""
    found = queries.conversation(workspace, number)
    if found is None:
        raise Http404
    return found


def _token(row: Waiting) -> str:
    """Return the place of a row in its list: open ones by what is due first, closed ones by what was touched last."""
    moments = [row.touched_at] if row.state == "closed" else [row.due_at or queries.LAST, row.opened_at]
    return "_".join([*(moment.isoformat().replace("+00:00", "Z") for moment in moments), str(row.id)])


def _place(token: str) -> tuple[datetime, datetime, int] | None:
    """Return the place in the list of open ones that `?after=` names, or None for one that we did not write."""
    due, _, rest = token.partition("_")
    later = moment_and_number(rest)
    try:
        moment = datetime.fromisoformat(due)
    except ValueError:
        return None
    return None if later is None or moment.tzinfo is None else (moment, *later)
