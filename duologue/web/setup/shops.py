"""Shops that tell of orders, customers and products: listed with where they send to, added or changed, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.views.decorators.http import require_GET, require_POST

from duologue.kit.pipeline import Refused
from duologue.people.consent.models import Purpose
from duologue.people.consent.queries import purposes
from duologue.people.shops import actions, queries
from duologue.people.shops.rules import KINDS
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "setup/setup"
LONGEST: Final = 1000
NOTHING: Final = "-"
"""What is chosen where a shop's consent is to count for nothing; left open, it counts for what it did."""
TITLES: Final = {"shopify": "Shopify", "woocommerce": "WooCommerce"}


@require_GET
@inside(Right.OWN)
def shops(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the shops and where each sends to, never with a secret."""
    here = queries.shops(workspace)
    rows = [(name, TITLES[one.kind], one, queries.address(workspace, name)) for name, one in sorted(here.items())]
    asked = [one for one in purposes(workspace).values() if one.basis == Purpose.Basis.CONSENT]
    return page(request, workspace, "setup/shops.html", place=PLACE, rows=rows, kinds=[(kind, TITLES[kind]) for kind in KINDS], asked=asked)


@require_POST
@inside(Right.OWN)
def add(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Take what a shop sends from now on; of one that is there already, change what was filled in and leave the rest."""
    kind, secret = request.POST.get("kind", ""), request.POST.get("secret", "").strip()[:LONGEST] or None
    name, chosen = request.POST.get("name", "").strip() or kind, request.POST.get("purpose", "") or None
    purpose = "" if chosen == NOTHING else chosen
    currency = request.POST.get("currency", "").strip().upper() or None
    before = queries.shop(workspace, name)
    if before is not None and before.kind != kind:
        return said(request, f"{name} is a shop of another kind; give this one another name.", "setup:shops", workspace.name, refused=True)
    try:
        kept = actions.add_shop(workspace=workspace, name=name, kind=kind, secret=secret, purpose=purpose, currency=currency)
    except Refused as refusal:
        return said(request, refusal.sentence, "setup:shops", workspace.name, refused=True)
    done = "add shop" if before is None else "change shop"
    note(workspace, str(request.user), done, name, {"kind": kind, "purpose": kept.purpose}, staff=member(request))
    sentence = f"Give {TITLES[kind]} the address below." if before is None else f"{name} is changed."
    return said(request, sentence, "setup:shops", workspace.name)


@require_POST
@inside(Right.OWN)
def forget(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Take nothing more from a shop; what it sent stays."""
    if not actions.forget_shop(workspace=workspace, name=name):
        raise Http404
    note(workspace, str(request.user), "forget shop", name, staff=member(request))
    return said(request, f"Nothing more is taken from {name}.", "setup:shops", workspace.name)
