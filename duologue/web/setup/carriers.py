"""Mail services that tell what became of letters: listed, added with an address that is shown once, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.carriers import actions, queries
from duologue.engage.carriers.rules import INBOUND, KINDS, TITLES
from duologue.kit.pipeline import Refused
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "setup/setup"
LONGEST: Final = 2000


@require_GET
@inside(Right.OWN)
def carriers(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the services, never with a password or a key; after adding one, show the address it is to call, this once."""
    rows = [(one, TITLES.get(one.kind, one.kind)) for one in queries.listed(workspace)]
    kinds = [(kind, TITLES[kind], signs) for kind, signs in KINDS.items()]
    fresh = request.session.pop("fresh_carrier", None)
    return page(request, workspace, "setup/carriers.html", place=PLACE, rows=rows, kinds=kinds, fresh=fresh)


@require_POST
@inside(Right.OWN)
def add(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Believe a service from now on. One that is there already keeps its password."""
    kind, key = request.POST.get("kind", ""), request.POST.get("key", "").strip()[:LONGEST]
    name = request.POST.get("name", "").strip() or kind.replace("_", "-")
    try:
        made = actions.add_carrier(workspace=workspace, name=name, kind=kind, key=key, is_new=True)
    except Refused as refusal:
        return said(request, refusal.sentence, "setup:carriers", workspace.name, refused=True)
    note(workspace, str(request.user), "add carrier", name, {"kind": kind, "signs": bool(key)}, staff=member(request))
    request.session["fresh_carrier"] = {
        "name": name,
        "title": TITLES[kind],
        "address": queries.address(workspace, name, made),
        "secret": not key,
        "inbound": kind in INBOUND,
    }
    return said(request, f"{TITLES[kind]} is believed from now on.", "setup:carriers", workspace.name)


@require_POST
@inside(Right.OWN)
def forget(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Hear no more of a service."""
    if not actions.forget_carrier(workspace=workspace, name=name):
        raise Http404
    note(workspace, str(request.user), "forget carrier", name, staff=member(request))
    return said(request, f"Nothing more is heard of {name}.", "setup:carriers", workspace.name)
