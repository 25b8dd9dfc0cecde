"""The feeds that bring products: what came of them, and the lines that were refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.views.decorators.http import require_GET, require_POST

from duologue.brand.catalogue import queries
from duologue.brand.catalogue.feeds import forget_feed, save_feed
from duologue.brand.catalogue.jobs import fetch_soon
from duologue.brand.catalogue.models import Feed
from duologue.kit.pipeline import Refused
from duologue.kit.text import whole_number
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

EVERY: Final = {15: "15 minutes", 60: "hour", 360: "6 hours", 1440: "day", 10080: "week"}


@require_GET
@inside(Right.LOOK)
def feeds(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the feeds, and what of products is worth telling."""
    rows = [(one, EVERY.get(one.every, f"{one.every} minutes")) for one in queries.feeds(workspace)]
    context = {"rows": rows, "every": EVERY, "watch": queries.watch(workspace)}
    return page(request, workspace, "brand/feeds.html", place="brand/products", **context)


@require_POST
@inside(Right.EDIT)
def save(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Add a feed, or change its address, and fetch it."""
    name, address = request.POST.get("name", "").strip(), request.POST.get("address", "").strip()
    every = timedelta(minutes=min(whole_number(request.POST.get("every", "")) or 0, 100_000))
    try:
        save_feed(workspace=workspace, name=name, address=address, every=every, now=now(workspace))
    except Refused as refusal:
        return said(request, refusal.sentence, "brand:feeds", workspace.name, refused=True)
    note(workspace, str(request.user), "save feed", name, {"every": str(every)}, staff=member(request))
    fetch_soon(workspace=workspace, name=name)
    return said(request, f"{name} is being fetched; look again in a moment.", "brand:feeds", workspace.name)


@require_POST
@inside(Right.EDIT)
def fetch(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Fetch a feed now; with `even_if_smaller`, whatever it names."""
    _known(workspace, name)
    smaller = request.POST.get("even_if_smaller") == "yes"
    note(workspace, str(request.user), "fetch feed", name, {"even_if_smaller": smaller}, staff=member(request))
    fetch_soon(workspace=workspace, name=name, half_empty_is_fine=smaller)
    return said(request, f"{name} is being fetched; look again in a moment.", "brand:feeds", workspace.name)


@require_POST
@inside(Right.EDIT)
def forget(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Fetch a feed no longer."""
    _known(workspace, name)
    forget_feed(workspace=workspace, name=name)
    note(workspace, str(request.user), "forget feed", name, {}, staff=member(request))
    return said(request, f"{name} is fetched no longer; its products stay.", "brand:feeds", workspace.name)


def _known(workspace: Workspace, name: str) -> None:
    if not Feed.within(workspace).filter(name=name).exists():
        raise Http404
