"""WooCommerce's webhooks in our words.

Topics and fields as the documentation of its REST API, version 3, gives them for Order, Customer and Product.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from duologue.api.callbacks.shops.told import SAID_AT, Told, Whose, amount, inner, items, total, web_address, without_empty, word
from duologue.brand.catalogue.rules import MOST_STOCK
from duologue.kit.predicate import number as exact

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE: Final = b"x-wc-webhook-signature"
TOPIC: Final = b"x-wc-webhook-topic"
ORIGIN: Final = b"x-wc-webhook-source"
PAID: Final = frozenset({"processing", "completed", "refunded"})
WAITING: Final = frozenset({"pending", "checkout-draft"})
TAKEN_BACK: Final = frozenset({"cancelled", "refunded", "failed"})


def told(topic: str, body: dict[str, Any], *, shop: str, origin: str, purpose: str) -> Told | None:  # noqa: ARG001 - told alike for each kind of shop
    """Return what a webhook tells; None where its topic says nothing that is used here.

    Every shop counts its customers, orders and products from 1, so that their numbers stand with the name of the shop.
    """
    how = TOPICS.get(topic)
    return None if how is None else how(body, shop)


def _order(body: dict[str, Any], shop: str) -> Told:
    """Tell of an order by the state it is in: waiting to be paid, paid, sent, taken back. It comes again at each change."""
    own, whose, state = word(body.get("id")), _whose(body, shop), body.get("status")
    if own is None:
        return Told()
    number = f"{shop}-{own}"
    placed, changed = _moment(body, "date_created"), _moment(body, "date_modified")
    what = _what(number, body, shop)
    events = [_customer_event(inner(body, "billing"), whose, f"order:{number}:customer", placed)]
    paid = state in PAID or word(body.get("date_paid_gmt")) is not None  # a shop may have states of its own
    if state in WAITING:
        if whose.is_nobody:
            return Told()
        waiting = {**what, "cart_id": number, "checkout_url": word(body.get("payment_url"))}
        events.append(whose.event("Checkout Started", f"checkout:{number}:{changed}", changed, waiting))
    if paid:
        events.append(whose.event("Order Completed", f"order:{number}", placed, what))
    if state == "completed":
        events.append(
            whose.event("Order Fulfilled", f"fulfilled:{number}", _moment(body, "date_completed") or changed, {"order_id": number})
        )
    left = exact(what["revenue"]) or Decimal(0)
    for one in items(body, "refunds") if paid else ():  # what was given back for shipping and taxes was no revenue
        given = min(abs(exact(one.get("total")) or Decimal(0)), left)
        if given:
            left -= given
            back = {"order_id": number, "total": float(given), "currency": what["currency"]}
            events.append(whose.event("Order Refunded", f"refund:{shop}-{word(one.get('id'))}", changed, back))
    if state in TAKEN_BACK:
        events.append(whose.event("Order Cancelled", f"cancelled:{number}", changed, {"order_id": number, "reason": state}))
    return Told(events=events, since=placed)


def _what(number: str, body: dict[str, Any], shop: str) -> dict[str, Any]:
    codes = [code for one in items(body, "coupon_lines") if (code := word(one.get("code")))]
    lines = items(body, "line_items")
    return {
        "order_id": number,
        "order_name": word(body.get("number")),
        "revenue": float(total(one.get("total") for one in lines)),
        "total": amount(body.get("total")),
        "tax": amount(body.get("total_tax")),
        "shipping": amount(body.get("shipping_total")),
        "discount": amount(body.get("discount_total")),
        "currency": word(body.get("currency")),
        "coupon": codes[0] if codes else None,
        "products": [_line(one, shop) for one in lines],
    }


def _customer(body: dict[str, Any], shop: str) -> Told:
    number, at = word(body.get("id")), _moment(body, "date_modified") or _moment(body, "date_created")
    if number is None:
        return Told()
    billing = inner(body, "billing")
    about = {**billing, **{key: body[key] for key in ("first_name", "last_name") if word(body.get(key))}}
    whose = Whose(f"{shop}-{number}", word(body.get("email")) or word(billing.get("email")), word(billing.get("phone")))
    return Told(events=[_customer_event(about, whose, f"customer:{shop}-{number}:{at}", at)])


def _product(body: dict[str, Any], shop: str) -> Told:
    """Tell of a product; in which currency is not said.

    One of its variations is told of like a product: that is left out, since the product itself is what people look at and order.
    """
    number, name = word(body.get("id")), word(body.get("name"))
    if number is None or name is None or body.get("type") == "variation":
        return Told()
    price, pictures = exact(body.get("price") or None), items(body, "images")
    line = {
        "key": f"{shop}-{number}",
        "name": name,
        "price": "" if price is None else str(price),
        "stock": _stock(body),
        "picture": web_address(pictures[0].get("src")) if pictures else "",
        "link": web_address(body.get("permalink")),
        SAID_AT: _moment(body, "date_modified") or "",
    }
    return Told(products=[line])


def _restored(body: dict[str, Any], shop: str) -> Told:
    """Tell of a product that is back from the bin, whenever it was last changed."""
    return Told(products=[line | {SAID_AT: ""} for line in _product(body, shop).products])


def _stock(body: dict[str, Any]) -> str:
    """Return how many there are; none where it cannot be bought, nothing where it always can: not counted, or sold on order."""
    if body.get("status", "publish") != "publish" or body.get("stock_status") == "outofstock":
        return "0"
    counted = exact(body.get("stock_quantity"))
    on_order = body.get("stock_status") == "onbackorder" or body.get("backorders_allowed") is True
    return "" if counted is None or on_order or not -MOST_STOCK <= counted <= MOST_STOCK else str(max(0, int(counted)))


def _gone(body: dict[str, Any], shop: str) -> Told:
    """Tell of a product that was put into the bin; nothing but its number is said."""
    number = word(body.get("id"))
    return Told(gone=[f"{shop}-{number}"] if number else [])


def _customer_event(about: dict[str, Any], whose: Whose, message_id: str, at: str | None) -> dict[str, Any]:
    names = {"first_name": "first_name", "last_name": "last_name", "country": "country", "city": "city", "postcode": "postcode"}
    return whose.identify(message_id, at, {fact: word(about.get(key)) for fact, key in names.items()})


def _whose(body: dict[str, Any], shop: str) -> Whose:
    """Return whose an order is; a guest's customer number is 0."""
    billing, number = inner(body, "billing"), word(body.get("customer_id"))
    return Whose(f"{shop}-{number}" if number and number != "0" else None, word(billing.get("email")), word(billing.get("phone")))


def _line(line: dict[str, Any], shop: str) -> dict[str, Any]:
    number = word(line.get("product_id"))
    said = {
        "product_id": f"{shop}-{number}" if number and number != "0" else None,
        "sku": word(line.get("sku")),
        "name": word(line.get("name")),
        "quantity": line.get("quantity"),
        "price": amount(line.get("price")),
    }
    return without_empty(said)


def _moment(body: dict[str, Any], key: str) -> str | None:
    """Return a moment in UTC; the shop writes it without an offset."""
    found = word(body.get(f"{key}_gmt"))
    return f"{found.removesuffix('Z')}Z" if found else None


TOPICS: Final[dict[str, Callable[[dict[str, Any], str], Told]]] = {
    "order.created": _order,
    "order.updated": _order,
    "customer.created": _customer,
    "customer.updated": _customer,
    "product.created": _product,
    "product.updated": _product,
    "product.restored": _restored,
    "product.deleted": _gone,
}
