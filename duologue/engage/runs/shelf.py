"""The products that runs name in their lists, as the catalogue has them now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.brand.catalogue.queries import products_or_groups
from duologue.kit.money import major
from duologue.kit.predicate import PRODUCT_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from duologue.platform.workspaces.models import Workspace


def shelf(workspace: Workspace, data: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the products named in lists of what runs hold, by key, in one query; prices in whole units of their currency.

    Of one that is no longer offered there are none left.
    """
    keys = {key for one in data for key in _keys(one)}
    if not keys:
        return {}
    return {
        key: {
            "name": product.name,
            "price": None if product.price is None else float(major(product.price, product.currency)),
            "stock": product.stock if product.gone_at is None else 0,
            "link": product.link,
            "picture": product.picture,
        }
        for key, product in products_or_groups(workspace, keys).items()
    }


def _keys(value: Any) -> Iterator[str]:
    """Yield whatever may be a product's key in the lists of a value."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _keys(one)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from (str(item[name]) for name in PRODUCT_KEYS if item.get(name) is not None)
            elif isinstance(item, str | int):
                yield str(item)
