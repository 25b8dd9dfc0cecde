"""Shopify's webhooks in our words.

Topics and fields as Shopify's documentation of the Admin REST resources Order, Customer, Checkout and Product gives them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from duologue.api.callbacks.shops.shopify_people import (
    consent_told,
    customer_events,
    customer_told,
    merge_told,
    redaction_told,
    whose,
)
from duologue.api.callbacks.shops.shopify_products import product_gone, product_told
from duologue.api.callbacks.shops.told import Told, amount, inner, items, total, without_empty, word
from duologue.kit.predicate import number as exact

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE: Final = b"x-shopify-hmac-sha256"
TOPIC: Final = b"x-shopify-topic"
ORIGIN: Final = b"x-shopify-shop-domain"
UNPAID: Final = frozenset({"pending", "authorized", "voided", "expired"})


def told(topic: str, body: dict[str, Any], *, shop: str, origin: str, purpose: str) -> Told | None:  # noqa: ARG001 - its numbers are unique over all shops
    """Return what a webhook tells; None where it says nothing that is used here: another topic, or an order that is a test."""
    how = TOPICS.get(topic)
    return None if how is None or body.get("test") is True else how(body, origin, purpose)


def _order(body: dict[str, Any], _origin: str, purpose: str) -> Told:
    """Tell of an order as it stands: placed, given back in part, cancelled, sent. It comes again at each change, in any order."""
    number, who, at = word(body.get("id")), whose(body), body.get("created_at")
    found = Told(since=at)
    if number is None:
        return found
    found.events += customer_events(inner(body, "customer"), who, purpose, f"order:{number}", at)
    found.events.append(who.event("Order Completed", f"shopify:order:{number}", at, _placed(number, body)))
    currency = word(body.get("currency"))
    left = exact(body.get("subtotal_price")) or Decimal(0)
    unpaid = body.get("financial_status") in UNPAID
    for refund in () if unpaid else items(body, "refunds"):  # of what was never paid nothing is given back, though goods be restocked
        given_back = min(_given_back(refund, currency), left)
        if given_back > 0:
            left -= given_back
            what = {"order_id": number, "total": float(given_back), "currency": currency}
            found.events.append(who.event("Order Refunded", f"shopify:refund:{word(refund.get('id'))}", refund.get("created_at"), what))
    if body.get("fulfillment_status") == "fulfilled":
        found.events += _fulfilled(body, _origin, purpose).events
    if cancelled_at := word(body.get("cancelled_at")):
        why = {"order_id": number, "reason": word(body.get("cancel_reason"))}
        found.events.append(who.event("Order Cancelled", f"shopify:cancelled:{number}", cancelled_at, why))
        if unpaid and left > 0:
            what = {"order_id": number, "total": float(left), "currency": currency}
            found.events.append(who.event("Order Refunded", f"shopify:unpaid:{number}", cancelled_at, what))
    return found


def _placed(number: str, body: dict[str, Any]) -> dict[str, Any]:
    codes = [code for one in items(body, "discount_codes") if (code := word(one.get("code")))]
    return {
        "order_id": number,
        "order_name": word(body.get("name")),
        "revenue": amount(body.get("subtotal_price")),
        "total": amount(body.get("total_price")),
        "tax": amount(body.get("total_tax")),
        "discount": amount(body.get("total_discounts")),
        "currency": word(body.get("currency")),
        "coupon": codes[0] if codes else None,
        "products": [_line(one) for one in items(body, "line_items")],
    }


def _fulfilled(body: dict[str, Any], _origin: str, _purpose: str) -> Told:
    number = word(body.get("id"))
    if number is None:
        return Told()
    sent = [at for one in items(body, "fulfillments") if (at := word(one.get("created_at")))]
    at = sent[-1] if sent else body.get("updated_at")
    return Told(events=[whose(body).event("Order Fulfilled", f"shopify:fulfilled:{number}", at, {"order_id": number})])


def _checkout(body: dict[str, Any], _origin: str, purpose: str) -> Told:
    """Tell of a basket on its way to the till, once somebody has said who they are; each change is an event of its own."""
    token, who = word(body.get("token")), whose(body)
    if token is None or body.get("completed_at") or who.is_nobody:
        return Told()
    what = {
        "cart_id": token,
        "checkout_url": word(body.get("abandoned_checkout_url")),
        "revenue": amount(body.get("subtotal_price")),
        "total": amount(body.get("total_price")),
        "currency": word(body.get("currency")),
        "products": [_line(one) for one in items(body, "line_items")],
    }
    at = body.get("updated_at")
    events = customer_events(inner(body, "customer"), who, purpose, f"checkout:{token}", at)
    return Told(events=[*events, who.event("Checkout Started", f"shopify:checkout:{token}:{at}", at, what)])


def _line(line: dict[str, Any]) -> dict[str, Any]:
    said = {
        "product_id": word(line.get("product_id")),
        "sku": word(line.get("sku")),
        "variant": word(line.get("variant_title")),
        "name": word(line.get("title")),
        "quantity": line.get("quantity"),
        "price": amount(line.get("price")),
    }
    return without_empty(said)


def _given_back(refund: dict[str, Any], currency: str | None) -> Decimal:
    """Return the worth of the goods that came back, less what was kept of it, and more where money was given for no goods.

    All in the shop's currency. Where a refund says neither, what was paid back in that currency counts, shipping left out.
    """
    goods = total(one.get("subtotal") for one in items(refund, "refund_line_items"))
    adjustments = items(refund, "order_adjustments")
    if goods or adjustments:
        return goods - total(one.get("amount") for one in adjustments if one.get("kind") == "refund_discrepancy")
    if items(refund, "refund_shipping_lines"):
        return Decimal(0)
    paid = [one for one in items(refund, "transactions") if one.get("kind") == "refund" and one.get("status") == "success"]
    return total(one.get("amount") for one in paid if one.get("currency", currency) == currency)


TOPICS: Final[dict[str, Callable[[dict[str, Any], str, str], Told]]] = {
    "orders/create": _order,
    "orders/paid": _order,
    "orders/updated": _order,
    "orders/cancelled": _order,
    "orders/fulfilled": _fulfilled,
    "checkouts/create": _checkout,
    "checkouts/update": _checkout,
    "customers/create": customer_told,
    "customers/update": customer_told,
    "customers/enable": customer_told,
    "customers/merge": merge_told,
    "customers/redact": redaction_told,
    "customers_email_marketing_consent/update": consent_told,
    "customers_marketing_consent/update": consent_told,
    "products/create": product_told,
    "products/update": product_told,
    "products/delete": product_gone,
}
