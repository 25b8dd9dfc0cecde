"""What people gave to be shown: looking at it, showing it under a name, declining it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.contributions import actions, queries
from duologue.engage.contributions.models import Contribution
from duologue.kit.pipeline import Refused
from duologue.people.profiles.queries import people, persons_of
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said, sliced

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "engage/contributions"
SIZE: Final = 24


@require_GET
@inside(Right.SEE_PEOPLE)
def contributions(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List contributions of one state, the newest first, each with whether its person allows it to be shown."""
    state = request.GET.get("state", "")
    state = state if state in Contribution.State.values else Contribution.State.WAITING
    found = sliced(Contribution.within(workspace).filter(state=state).select_related("decided_by"), request, "came_at", "id", size=SIZE)
    whose = persons_of(workspace, [row.profile_id for row in found.rows])
    named = people(workspace, sorted(set(whose.values())), ("first_name",), identifiers=False)
    allowed = queries.permitted(workspace, found.rows)
    rows = [(row, named.get(whose.get(row.profile_id, 0)), row.pk in allowed) for row in found.rows]
    context = {"rows": rows, "following": found.following, "keep": f"state={state}", "state": state, "counts": queries.counts(workspace)}
    return page(request, workspace, "engage/contributions.html", place=PLACE, **context)


@require_GET
@never_cache
@inside(Right.SEE_PEOPLE)
def photo(_request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Return the photo of a contribution, whatever became of it."""
    content = queries.photo(workspace, number)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/jpeg")


@require_POST
@inside(Right.CARE)
@transaction.atomic
def publish(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Show a contribution to everybody, under the name that was chosen."""
    chosen = {"seen": request.POST.get("seen", ""), "shown_as": request.POST.get("shown_as", "").strip()}
    try:
        actions.publish(workspace=workspace, contribution=number, **chosen, staff=member(request), now=now(workspace))
    except Refused as refused:
        return _said(request, workspace, str(refused), refused=True)
    note(workspace, str(request.user), "publish contribution", str(number), staff=member(request))
    return _said(request, workspace, "Everybody can see it now, until they take it back.")


@require_POST
@inside(Right.CARE)
@transaction.atomic
def decline(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Leave a contribution unshown, or show it no longer."""
    try:
        actions.decline(
            workspace=workspace, contribution=number, reason=request.POST.get("because", ""), staff=member(request), now=now(workspace)
        )
    except Refused as refused:
        return _said(request, workspace, str(refused), refused=True)
    note(workspace, str(request.user), "decline contribution", str(number), staff=member(request))
    return _said(request, workspace, "It is not shown.")


def _said(request: HttpRequest, workspace: Workspace, sentence: str, *, refused: bool = False) -> HttpResponse:
    return said(request, sentence, "engage:contributions", workspace.name, refused=refused)
