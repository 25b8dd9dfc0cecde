"""Shopify's products in our words: a line of a product list for each."""

from __future__ import annotations

from typing import Any

from duologue.api.callbacks.shops.told import SAID_AT, UNSURE, Told, inner, items, web_address, word
from duologue.kit.predicate import number as exact


def product_told(body: dict[str, Any], origin: str, _purpose: str) -> Told:
    """Tell of a product: the price of its cheapest variant, the stock of all, and its page while it is for sale."""
    number, title = word(body.get("id")), word(body.get("title"))
    if number is None or title is None:
        return Told()
    variants = items(body, "variants")
    prices = [price for one in variants if (price := exact(one.get("price"))) is not None]
    handle, image = word(body.get("handle")), web_address(inner(body, "image").get("src"))
    for_sale = body.get("status", "active") == "active" and ("published_at" not in body or body["published_at"] is not None)
    line = {
        "key": number,
        "name": title,
        "price": str(min(prices)) if prices else "",
        "stock": _stock(variants, len(items(body, "variant_gids"))) if for_sale else "0",
        "picture": image,
        "link": f"https://{origin}/products/{handle}" if handle and origin else "",
        SAID_AT: word(body.get("updated_at")) or "",
    }
    return Told(products=[line])


def product_gone(body: dict[str, Any], _origin: str, _purpose: str) -> Told:
    """Tell of a product that the shop has deleted; nothing but its number is said."""
    number = word(body.get("id"))
    return Told(gone=[number] if number else [])


def _stock(variants: list[dict[str, Any]], there_are: int) -> str:
    """Return how many there are of all variants together; nothing where one of them can always be bought.

    Since the version 2025-01 of Shopify's API nothing says whether a variant is counted, and one that is not has the quantity 0 like one
    that is sold out. Only the first hundred variants are told of, out of `there_are`.
    """
    quantities = []
    for one in variants:
        quantity = one.get("inventory_quantity")
        counted = one.get("inventory_management") if "inventory_management" in one else "perhaps"
        if one.get("inventory_policy") == "continue" or not counted or isinstance(quantity, bool) or not isinstance(quantity, int):
            return ""
        quantities.append(max(0, quantity))
    if not variants or (len(variants) < there_are and not sum(quantities)):
        return ""
    if sum(quantities) or all("inventory_management" in one for one in variants):
        return str(sum(quantities))
    return UNSURE
