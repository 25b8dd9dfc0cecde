"""The catalogue: what is sold, what it has cost, who looked at it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404
from django.views.decorators.http import require_GET, require_POST

from duologue.brand.catalogue.actions import keep_watch
from duologue.brand.catalogue.models import Product, ProductPrice
from duologue.brand.catalogue.queries import STANDS, changes, feeds, found, prices, variants, watch
from duologue.engage.products.queries import looked
from duologue.kit.pipeline import Refused
from duologue.kit.text import whole_number
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said, sliced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

SHOWN = {"available": "Available", "little": "Few left", "sold-out": "Sold out", "gone": "No longer offered"}


@require_GET
@inside(Right.LOOK)
def products(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List what the brand sells: what begins with the given words, and stands as asked."""
    sought, stand = request.GET.get("q", "").strip()[:200], request.GET.get("stand", "")
    stand = stand if stand in STANDS else ""
    context = {
        "sought": sought,
        "stand": stand,
        "stands": SHOWN,
        "products": sliced(found(workspace, sought, stand), request, "id"),
        "keep": urlencode({name: value for name, value in (("q", sought), ("stand", stand)) if value}),
        "little": watch(workspace).little_stock,
        "feeds": feeds(workspace),
    }
    return page(request, workspace, "brand/products.html", place="brand/products", **context)


@require_GET
@inside(Right.LOOK)
def product(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Show one product: what it has cost, what was told of it, how many look at it."""
    one = Product.within(workspace).filter(pk=number).first()
    if one is None:
        raise Http404
    held, at = watch(workspace), now(workspace)
    context: dict[str, Any] = {
        "product": one,
        "prices": _steps(prices(workspace, one.key)),
        "changes": changes(workspace, [one.key, *([one.variant_of] if one.variant_of else [])]),
        "looked": looked(workspace, one.key, at),
        "group": _group(workspace, one, at),
        "watch": held,
    }
    return page(request, workspace, "brand/product.html", place="brand/products", now=at, **context)


@require_POST
@inside(Right.EDIT)
def save_watch(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Say what is worth telling."""
    asked = {name: whole_number(request.POST.get(name, "").strip()) for name in ("looked_within", "little_stock", "least_drop")}
    numbers = {name: number for name, number in asked.items() if number is not None}
    try:
        if len(numbers) < len(asked):
            raise Refused("no number", "Days, pieces and percent are whole numbers.")  # noqa: TRY301  answered as the others are
        keep_watch(workspace=workspace, **numbers)
    except Refused as refusal:
        return said(request, refusal.sentence, "brand:feeds", workspace.name, refused=True)
    note(workspace, str(request.user), "watch products", "", numbers, staff=member(request))
    return said(request, "From now on that is told.", "brand:feeds", workspace.name)


def _group(workspace: Workspace, one: Product, at: datetime) -> dict[str, Any] | None:
    """Return the group of a variant: its key, how many variants there are, how many look at the group as a whole."""
    if not one.variant_of:
        return None
    people = looked(workspace, one.variant_of, at)["people"]
    return {"key": one.variant_of, "variants": variants(workspace, one.variant_of), "people": people}


def _steps(rows: Sequence[ProductPrice]) -> list[tuple[ProductPrice, int | None]]:
    """Return prices, the newest first, each with the percent by which it differs from the one before."""
    return [(one, _percent(one, before)) for one, before in zip_longest(rows, rows[1:])]


def _percent(one: ProductPrice, before: ProductPrice | None) -> int | None:
    if before is None or not before.price or one.price is None or one.currency != before.currency:
        return None
    return round((one.price - before.price) * 100 / before.price)
