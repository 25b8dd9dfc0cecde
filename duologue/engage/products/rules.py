"""What an event says about products that somebody looked at or bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.kit.predicate import PRODUCT_KEYS
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VIEWED, BASKET, ASKED = "viewed", "basket", "asked"
HOW: Final = {
    names.PRODUCT_VIEWED: VIEWED,
    "Product Clicked": VIEWED,
    names.PAGE_VIEWED: VIEWED,  # where it names a product
    "Product Added": BASKET,
    "Product Added to Wishlist": BASKET,
    "Cart Viewed": BASKET,
    "Cart Updated": BASKET,
    "Checkout Started": BASKET,
    names.PRODUCT_ASKED_FOR: ASKED,
}
"""What events mean a look, by name: as Segment's e-commerce specification has them, and one of our own."""
READ: Final = frozenset({*HOW, names.ORDER_COMPLETED})
OWN_KEYS: Final = ("product_id", "sku")
LISTS: Final = ("products", "items")
MOST: Final = 100


def products_of(properties: Mapping[str, Any]) -> set[str]:
    """Return the keys of the products that an event names, itself or in a list, up to a hundred lines of it."""
    found = set(_keys(properties, OWN_KEYS))
    for name in LISTS:
        listed = properties.get(name)
        for item in listed[:MOST] if isinstance(listed, list) else ():
            if isinstance(item, dict):
                found.update(_keys(item, PRODUCT_KEYS))
            elif isinstance(item, str | int):
                found.add(str(item))
    return {key for key in found if key and len(key) <= 80 and "\x00" not in key}


def _keys(item: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    return (str(item[name]) for name in names if isinstance(item.get(name), str | int))
