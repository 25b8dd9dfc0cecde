"""Who writes: the domain of the brand's mail, the records that prove it, and whether they stand in the DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from duologue.brand.book.queries import current
from duologue.engage.channels.email.actions import make_dkim_key
from duologue.engage.channels.email.channel import dkim_key
from duologue.engage.channels.email.domains.queries import check, domain_of
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right, may
from duologue.web.access import inside
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "brand/senders"


@require_GET
@inside(Right.LOOK)
def senders(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show who writes by each channel; what the DNS says comes a moment later, so that nobody waits for it."""
    context = {"senders": current(workspace).senders, "domain": domain_of(workspace)}
    return page(request, workspace, "brand/senders.html", place=PLACE, **context)


@require_GET
@inside(Right.LOOK)
def records(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return the domain's records as they stand in the DNS now."""
    domain = domain_of(workspace)
    can = {"own": may(getattr(request, "role", ""), Right.OWN)}
    context = {"workspace": workspace, "domain": check(domain) if domain else None, "asked": True, "can": can}
    return render(request, "brand/records.html", context)


@require_POST
@inside(Right.OWN)
def make_key(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Make the key that signs the domain's mail, where there is none."""
    domain = domain_of(workspace)
    if domain is None:
        return said(request, "The brand book names no sender of e-mail yet.", "brand:senders", workspace.name, refused=True)
    if dkim_key(workspace, domain.name) is not None:
        return said(request, f"There is a key for {domain.name} already.", "brand:senders", workspace.name, refused=True)
    make_dkim_key(workspace=workspace, domain=domain.name)
    note(workspace, str(request.user), "make mail signing key", domain.name, staff=member(request))
    return said(request, f"Mail from {domain.name} is signed from now on. Publish its record.", "brand:senders", workspace.name)
