"""Looking products up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import F, Q

from duologue.brand.catalogue.models import Feed, Product, ProductChange, ProductPrice, Watch
from duologue.brand.catalogue.rules import words_beginning

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.db.models import QuerySet

    from duologue.platform.workspaces.models import Workspace

NEXT: Final = "SELECT min(at) FROM brand_productchange WHERE workspace_id = %(workspace)s AND told_at IS NULL"
"""When there is a change of products to tell of."""
STANDS: Final = {
    "available": Q(gone_at=None) & (Q(stock=None) | Q(stock__gt=0)),
    "little": Q(gone_at=None, stock__gt=0),
    "sold-out": Q(gone_at=None, stock__lte=0),
    "gone": Q(gone_at__isnull=False),
}


def products(workspace: Workspace, keys: Collection[str] | None = None) -> dict[str, Product]:
    """Return products by key: those asked for, or all."""
    rows = Product.within(workspace).order_by("key")
    if keys is not None:
        rows = rows.filter(key__in=list(keys))
    return {product.key: product for product in rows}


def products_or_groups(workspace: Workspace, keys: Collection[str]) -> dict[str, Product]:
    """Return what a look or a line of a basket may name, by key: products, and groups of variants as one product each, not saved.

    A group costs what the cheapest variant that can be bought does, has the stock of all, and looks like the first that can be bought.
    """
    here = products(workspace, keys)
    missing = [key for key in keys if key not in here or here[key].gone_at is not None]
    variants: dict[str, list[Product]] = {}
    rows = Product.within(workspace).filter(variant_of__in=missing).exclude(variant_of="").order_by("key") if missing else ()
    for one in rows:
        variants.setdefault(one.variant_of, []).append(one)
    return here | {key: _as_one(key, some) for key, some in variants.items()}


def _as_one(key: str, variants: Sequence[Product]) -> Product:
    there = [one for one in variants if one.gone_at is None]
    buyable = [one for one in there if one.is_available]
    shown = (buyable or there or variants)[0]
    of_one_currency = [one for one in buyable or there or variants if one.currency == shown.currency]
    counts = [one.stock for one in there]
    return Product(
        workspace=shown.workspace,
        key=key,
        name=shown.name,
        price=min((one.price for one in of_one_currency if one.price is not None), default=None),
        currency=shown.currency,
        stock=None if None in counts else sum(max(count, 0) for count in counts if count is not None),
        picture=shown.picture,
        link=shown.link,
        gone_at=None if there else max(one.gone_at for one in variants if one.gone_at is not None),
    )


def found(workspace: Workspace, sought: str = "", stand: str = "") -> QuerySet[Product]:
    """Return the products that have words beginning with those sought in name or key, and stand so: available, little, sold-out, gone."""
    rows = Product.within(workspace)
    if stand in STANDS:
        rows = rows.filter(STANDS[stand])
        if stand == "little":
            rows = rows.filter(stock__lte=watch(workspace).little_stock)
    if sought.strip():
        query = words_beginning(sought)
        if not query:
            return rows.none()
        rows = rows.extra(
            where=["to_tsvector('simple'::regconfig, COALESCE(name, '') || ' ' || COALESCE(key, '')) @@ to_tsquery('simple', %s)"],
            params=[query],
        )
    return rows


def watch(workspace: Workspace) -> Watch:
    """Return what counts as worth telling."""
    return Watch.within(workspace).first() or Watch(workspace=workspace)


def prices(workspace: Workspace, key: str, most: int = 50) -> list[ProductPrice]:
    """Return what a product has cost, the newest first."""
    return list(ProductPrice.within(workspace).filter(key=key).order_by("-at", "-id")[:most])


def changes(workspace: Workspace, keys: Collection[str], most: int = 20) -> list[ProductChange]:
    """Return what there was to tell of products and groups, the newest first."""
    return list(ProductChange.within(workspace).filter(key__in=list(keys)).order_by("-at", "-id")[:most])


def variants(workspace: Workspace, group: str) -> int:
    """Return how many variants of a group are offered."""
    return Product.within(workspace).filter(variant_of=group, gone_at=None).count()


def feeds(workspace: Workspace) -> list[Feed]:
    """Return the feeds by name."""
    return list(Feed.within(workspace).order_by("name"))


def feeds_in_trouble() -> list[Feed]:
    """Return the feeds of all workspaces whose last fetching changed nothing because something was wrong."""
    return list(Feed._rows.exclude(trouble="").select_related("workspace").order_by(F("workspace__name"), "name"))
