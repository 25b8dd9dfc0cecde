"""Changing relays, members and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_POST

from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.platform.audit.actions import note
from duologue.platform.database.clock import database_now
from duologue.platform.staff import actions
from duologue.platform.staff.actions import StaffRefused
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import member, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_POST
@inside(Right.OWN)
@transaction.atomic
def relay(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Use a relay, or leave it out."""
    one = Relay.within(workspace).filter(name=name).first()
    if one is None:
        raise Http404
    enabled = request.POST.get("use") == "yes"
    save_relay(
        workspace=workspace,
        name=one.name,
        kind=one.kind,
        channel=one.channel,
        settings=one.settings,
        is_test=one.is_test,
        weight=one.weight,
        is_enabled=enabled,
    )
    note(workspace, str(request.user), "use relay" if enabled else "leave relay out", name, staff=member(request))
    return said(request, f"“{name}” is used again." if enabled else f"“{name}” is left out from now on.", "setup:setup", workspace.name)


@require_POST
@inside(Right.OWN)
@transaction.atomic
def invite_member(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Invite someone; the link is shown once, to be passed on."""
    try:
        invitation, token = actions.invite(
            workspace, email=request.POST.get("email", ""), role=request.POST.get("role", ""), by=member(request), now=database_now()
        )
    except StaffRefused as refused:
        return said(request, str(refused), "setup:setup", workspace.name, refused=True)
    note(workspace, str(request.user), "invite member", str(invitation.pk), {"role": invitation.role}, staff=member(request))
    request.session["fresh_secret"] = {
        "says": f"Pass this link on to {invitation.email}; it works once, for seven days.",
        "secret": _link(token),
    }
    return said(request, "Invited.", "setup:setup", workspace.name)


@require_POST
@inside(Right.OWN)
@transaction.atomic
def withdraw(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Make an invitation worthless."""
    if actions.withdraw_invitation(workspace, invitation_id=number):
        note(workspace, str(request.user), "withdraw invitation", str(number), staff=member(request))
    return said(request, "The invitation is worthless now.", "setup:setup", workspace.name)


@require_POST
@inside(Right.OWN)
@transaction.atomic
def role(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Give a member another role, or let them go."""
    chosen = request.POST.get("role", "")
    try:
        before = actions.set_role(workspace, staff_id=number, role=chosen)
    except StaffRefused as refused:
        return said(request, str(refused), "setup:setup", workspace.name, refused=True)
    about = {"role": [before, chosen]} if chosen else {"role": before}
    note(workspace, str(request.user), "change role" if chosen else "remove member", str(number), about, staff=member(request))
    if number == member(request).pk and not chosen:
        return said(request, f"You have left {workspace.title}.", "home")
    return said(request, "Changed." if chosen else "They have no way in any more.", "setup:setup", workspace.name)


@require_POST
@inside(Right.OWN)
@transaction.atomic
def key(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Make a key; its secret is shown once."""
    name = request.POST.get("name", "").strip() or "unnamed"
    try:
        kind, chosen, only = request.POST.get("kind", ""), request.POST.get("role", ""), request.POST.getlist("only")
        made, secret = actions.create_key(workspace, name, kind, chosen, database_now(), only)
    except StaffRefused as refused:
        return said(request, str(refused), "setup:setup", workspace.name, refused=True)
    about = {"name": made.name, "kind": made.kind, "role": made.role, "only": made.only}
    note(workspace, str(request.user), "create key", made.shown, about, staff=member(request))
    request.session["fresh_secret"] = {"says": f"The key “{name}”. Copy it now; it is shown this once and kept nowhere.", "secret": secret}
    return said(request, "The key is made.", "setup:setup", workspace.name)


@require_POST
@inside(Right.OWN)
@transaction.atomic
def revoke(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Make a key worthless."""
    if gone := actions.revoke_key(workspace, key_id=number, now=database_now()):
        note(workspace, str(request.user), "revoke key", gone.shown, {"name": gone.name}, staff=member(request))
    return said(request, "The key is worthless now.", "setup:setup", workspace.name)


def _link(token: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('join', args=[token])}"
