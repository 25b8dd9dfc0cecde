"""WooCommerce's webhooks in our words.

Topics and fields as the documentation of its REST API, version 3, gives them for Order, Customer and Product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.api.callbacks.shops.told import Told, Whose, amount, decimal, inner, items, total, word

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE: Final = b"x-wc-webhook-signature"
TOPIC: Final = b"x-wc-webhook-topic"
ORIGIN: Final = b"x-wc-webhook-source"
PAID: Final = frozenset({"processing", "completed", "refunded"})
TAKEN_BACK: Final = frozenset({"cancelled", "refunded", "failed"})


def told(topic: str, body: dict[str, Any], *, origin: str, purpose: str) -> Told | None:  # noqa: ARG001 - told alike for each kind of shop
    """Return what a webhook tells; None where its topic says nothing that is used here."""
    how = TOPICS.get(topic)
    return None if how is None else how(body)


def _order(body: dict[str, Any]) -> Told:
    """Tell of an order by the state it is in: waiting to be paid, paid, sent, taken back. It comes again at each change."""
    number, whose, state = word(body.get("id")), _whose(body), body.get("status")
    if number is None:
        return Told()
    placed, changed = _moment(body, "date_created"), _moment(body, "date_modified")
    what = _what(number, body)
    events = [_customer_event(inner(body, "billing"), whose, f"woocommerce:order:{number}:customer", placed)]
    paid = state in PAID or (state in TAKEN_BACK and word(body.get("date_paid_gmt")) is not None)
    if state in {"pending", "checkout-draft"}:
        waiting = {**what, "cart_id": number, "checkout_url": word(body.get("payment_url"))}
        events.append(whose.event("Checkout Started", f"woocommerce:checkout:{number}:{changed}", changed, waiting))
    if paid:
        events.append(whose.event("Order Completed", f"woocommerce:order:{number}", placed, what))
    if state == "completed":
        events.append(whose.event("Order Fulfilled", f"woocommerce:fulfilled:{number}", changed, {"order_id": number}))
    refunds = [(word(one.get("id")), given) for one in items(body, "refunds") if (given := decimal(one.get("total")))]
    for refund, given in refunds if paid else ():
        back = {"order_id": number, "total": float(abs(given)), "currency": what["currency"]}
        events.append(whose.event("Order Refunded", f"woocommerce:refund:{refund}", changed, back))
    if state in TAKEN_BACK:
        events.append(whose.event("Order Cancelled", f"woocommerce:cancelled:{number}", changed, {"order_id": number, "reason": state}))
        if paid and not refunds:
            back = {"order_id": number, "total": what["revenue"], "currency": what["currency"]}
            events.append(whose.event("Order Refunded", f"woocommerce:unpaid:{number}", changed, back))
    return Told(events=events)


def _what(number: str, body: dict[str, Any]) -> dict[str, Any]:
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
        "products": [_line(one) for one in lines],
    }


def _customer(body: dict[str, Any]) -> Told:
    number, at = word(body.get("id")), _moment(body, "date_modified") or _moment(body, "date_created")
    if number is None:
        return Told()
    billing = inner(body, "billing")
    about = {**billing, **{key: body[key] for key in ("first_name", "last_name") if word(body.get(key))}}
    whose = Whose(f"woocommerce-{number}", word(body.get("email")) or word(billing.get("email")), word(billing.get("phone")))
    return Told(events=[_customer_event(about, whose, f"woocommerce:customer:{number}:{at}", at)])


def _product(body: dict[str, Any]) -> Told:
    """Tell of a product; the shop does not say in which currency, so it is the workspace's."""
    number, name = word(body.get("id")), word(body.get("name"))
    if number is None or name is None:
        return Told()
    counted = body.get("stock_quantity")
    stock = str(max(0, int(counted))) if isinstance(counted, int | float) else ""
    for_sale = body.get("status", "publish") == "publish" and body.get("stock_status") != "outofstock"
    pictures = items(body, "images")
    line = {
        "key": number,
        "name": name,
        "price": str(decimal(body.get("price") or None) or ""),
        "stock": stock if for_sale else "0",
        "picture": (word(pictures[0].get("src")) or "") if pictures else "",
        "link": word(body.get("permalink")) or "",
    }
    return Told(products=[line])


def _customer_event(about: dict[str, Any], whose: Whose, message_id: str, at: str | None) -> dict[str, Any]:
    names = {"first_name": "first_name", "last_name": "last_name", "country": "country", "city": "city", "postcode": "postcode"}
    return whose.identify(message_id, at, {fact: word(about.get(key)) for fact, key in names.items()})


def _whose(body: dict[str, Any]) -> Whose:
    """Return whose an order is; a guest's customer number is 0."""
    billing, number = inner(body, "billing"), word(body.get("customer_id"))
    return Whose(f"woocommerce-{number}" if number and number != "0" else None, word(billing.get("email")), word(billing.get("phone")))


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "product_id": word(line.get("product_id")),
        "sku": word(line.get("sku")),
        "name": word(line.get("name")),
        "quantity": line.get("quantity"),
        "price": amount(line.get("price")),
    }


def _moment(body: dict[str, Any], key: str) -> str | None:
    """Return a moment in UTC; the shop writes it without an offset."""
    found = word(body.get(f"{key}_gmt"))
    return f"{found.removesuffix('Z')}Z" if found else None


TOPICS: Final[dict[str, Callable[[dict[str, Any]], Told]]] = {
    "order.created": _order,
    "order.updated": _order,
    "customer.created": _customer,
    "customer.updated": _customer,
    "product.created": _product,
    "product.updated": _product,
}
