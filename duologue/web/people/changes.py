"""What staff may change about one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.views.decorators.http import require_POST

from duologue.engage.contributions.rules import PUBLIC
from duologue.kit.text import whole_number
from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.queries import purposes
from duologue.people.profiles import actions
from duologue.people.profiles.models import Merge
from duologue.people.profiles.queries import profiles_of
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_POST
@inside(Right.CARE)
@transaction.atomic
def merge(request: HttpRequest, workspace: Workspace, person: int) -> HttpResponse:
    """Join another person to this one."""
    to = ("people:person", workspace.name, person)
    other = whole_number(request.POST.get("other", "").strip().lstrip("#"))
    if other is None or other == person or not profiles_of(workspace, [other]):
        return said(request, "There is no other person of that number. The number stands in the address of their page.", *to, refused=True)
    if not profiles_of(workspace, [person]):
        raise Http404
    because = request.POST.get("because", "").strip() or "joined by hand"
    actions.merge(workspace=workspace, keep=person, lose=other, because=because, now=now(workspace))
    note(workspace, str(request.user), "merge people", str(person), {"lost": other}, staff=member(request))
    return said(request, f"Person {other} and this one are one person now. No event was moved, and it can be undone.", *to)


@require_POST
@inside(Right.CARE)
@transaction.atomic
def unmerge(request: HttpRequest, workspace: Workspace, person: int) -> HttpResponse:
    """Undo a merge."""
    chosen = whole_number(request.POST.get("merge", ""))
    found = Merge.within(workspace).filter(pk=chosen, kept=person, undone_at=None).first() if chosen is not None else None
    if found is None:
        raise Http404
    actions.unmerge(workspace=workspace, merge=found.pk, now=now(workspace))
    note(workspace, str(request.user), "undo merge", str(person), {"given back": found.lost}, staff=member(request))
    return said(request, f"Person {found.lost} is a person of their own again.", "people:person", workspace.name, person)


@require_POST
@inside(Right.CARE)
@transaction.atomic
def consent(request: HttpRequest, workspace: Workspace, person: int) -> HttpResponse:
    """Note what a person said about their consent, on the telephone or at the counter."""
    to = ("people:person", workspace.name, person)
    profiles = profiles_of(workspace, [person]).get(person)
    if not profiles:
        raise Http404
    verdict, where = request.POST.get("state", ""), request.POST.get("wording", "").strip()
    purpose, channel = request.POST.get("purpose", "").strip()[:40], request.POST.get("channel", "").strip()[:20]
    if verdict not in {"granted", "withdrawn"} or not purpose or not channel:
        return said(request, "Say for which purpose and by which channel, and whether it was given or withdrawn.", *to, refused=True)
    if verdict == "granted" and not where:
        return said(request, "Consent needs its wording: write what the person was asked, as it was asked.", *to, refused=True)
    named = purposes(workspace).get(purpose)
    channel = PUBLIC if named and named.shows else channel  # whether something may be shown is asked of no way to write to them
    at = now(workspace)
    statement = NewStatement(
        min(profiles), channel, purpose, verdict, at, f"staff:{member(request).pk}", where, {"noted_by": member(request).pk}
    )
    state(workspace=workspace, statements=[statement], now=at)
    note(
        workspace,
        str(request.user),
        f"note consent {verdict}",
        str(person),
        {"purpose": purpose, "channel": channel},
        staff=member(request),
    )
    return said(request, "Noted, with the day and your name as proof." if verdict == "granted" else "Noted. It holds from now on.", *to)
