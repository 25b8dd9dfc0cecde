"""What may be abuse of perks, and withdrawing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.perks.lives import withdraw as take_back
from duologue.engage.perks.models import Perk
from duologue.engage.perks.suspicions import suspicions
from duologue.engage.perks.tries import stopped
from duologue.people.profiles.queries import people, persons_of
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

NAMED = 8  # people of one finding


@require_GET
@inside(Right.SEE_PEOPLE)
def perks(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show who tried codes in a row, and people who got the same offer and have an address or a device in common."""
    at = now(workspace)
    found = suspicions(workspace, at)
    named = people(workspace, sorted({person for one in found for person in one.persons[:NAMED]}), (), identifiers=False)
    rows = [(one, [named[person] for person in one.persons[:NAMED] if person in named], len(one.persons) - NAMED) for one in found]
    return page(request, workspace, "engage/perks.html", place="strategize/offers", now=at, rows=rows, tried=stopped(workspace, at))


@require_POST
@inside(Right.CARE)
@transaction.atomic
def withdraw(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Withdraw a perk, with a reason that its person may read."""
    perk = Perk.within(workspace).filter(pk=number).first()
    if perk is None:
        raise Http404
    to = ("people:person", workspace.name, persons_of(workspace, [perk.profile_id])[perk.profile_id])
    reason = request.POST.get("because", "").strip()
    if not reason:
        return said(request, "Say why: its person can read it on their page.", *to, refused=True)
    if not take_back(workspace=workspace, perks=[number], reason=reason, now=now(workspace)):
        return said(request, "It cannot be withdrawn any more: it is used, or over.", *to, refused=True)
    note(workspace, str(request.user), "withdraw perk", str(number), {"because": reason[:200]}, staff=member(request))
    return said(request, "It is withdrawn. What it would have cost goes back to its budget.", *to)
