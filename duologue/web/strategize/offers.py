"""Offers and their ledger, and the guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.http import Http404
from django.views.decorators.http import require_GET

from duologue.engage.perks.models import Perk
from duologue.engage.perks.pools import supplies
from duologue.engage.perks.queries import ledger
from duologue.platform.database.versions import in_force
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.guardrails.models import NAME, GuardrailsVersion
from duologue.strategize.offers.models import Offer, OfferVersion
from duologue.web.access import inside
from duologue.web.pages import page
from duologue.web.readings import path_of, reading_of
from duologue.web.strategize.script import hours

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.LOOK)
def offers(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the offers: what each is, how many were given, what they cost."""
    rows = list(Offer.within(workspace).order_by("name"))
    versions = {one.offer_id: one.data for one in OfferVersion.within(workspace).filter(number=F("offer__current"))}
    pools = {one.offer: one for one in supplies(workspace, now(workspace))}
    shown = [(one, versions.get(one.pk) or {}, pools.get(one.pk)) for one in rows]
    return page(request, workspace, "strategize/offers.html", place="strategize/offers", rows=shown, has_pools=bool(pools))


@require_GET
@inside(Right.LOOK)
def offer(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show one offer: its terms, its ledger by state, the codes left."""
    one = Offer.within(workspace).filter(name=name).first()
    if one is None:
        raise Http404
    versions = list(OfferVersion.within(workspace).filter(offer=one).order_by("-number")[:20])
    context = {"offer": one, "versions": versions, "data": versions[0].data if versions else {}, "ledger": ledger(workspace, one.pk)}
    context["supply"] = next((pool for pool in supplies(workspace, now(workspace)) if pool.offer == one.pk), None)
    context |= {"wording": reading_of(workspace, path_of("offers", name)), "path": path_of("offers", name)}
    context["states"] = dict(Perk.State.choices)
    return page(request, workspace, "strategize/offer.html", place="strategize/offers", **context)


@require_GET
@inside(Right.LOOK)
def guardrails(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show what protects people and brand."""
    found = in_force(GuardrailsVersion, workspace, NAME)
    window = hours(str(found.data.get("window") or "")) if found else ""
    return page(
        request,
        workspace,
        "strategize/guardrails.html",
        place="strategize/guardrails",
        guardrails=found,
        window=window,
    )
