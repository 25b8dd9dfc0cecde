"""Looking products up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.catalogue.models import Product

if TYPE_CHECKING:
    from collections.abc import Collection

    from duologue.platform.workspaces.models import Workspace


def products(workspace: Workspace, keys: Collection[str] | None = None) -> dict[str, Product]:
    """Return products by key: those asked for, or all."""
    rows = Product.within(workspace).order_by("key")
    if keys is not None:
        rows = rows.filter(key__in=list(keys))
    return {product.key: product for product in rows}
