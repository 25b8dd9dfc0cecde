"""Shopify's webhooks in our words.

Topics and fields as Shopify's documentation of the Admin REST resources Order, Customer, Checkout and Product gives them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from duologue.api.callbacks.shops.told import Told, Whose, amount, inner, items, total, word
from duologue.kit.predicate import number as exact

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE: Final = b"x-shopify-hmac-sha256"
TOPIC: Final = b"x-shopify-topic"
ORIGIN: Final = b"x-shopify-shop-domain"
UNPAID: Final = frozenset({"pending", "authorized", "voided", "expired"})
CONSENTS: Final = {"email": "email_marketing_consent", "sms": "sms_marketing_consent"}


def told(topic: str, body: dict[str, Any], *, shop: str, origin: str, purpose: str) -> Told | None:  # noqa: ARG001 - its numbers are unique over all shops
    """Return what a webhook tells; None where it says nothing that is used here: another topic, or an order that is a test."""
    how = TOPICS.get(topic)
    return None if how is None or body.get("test") is True else how(body, origin, purpose)


def _order(body: dict[str, Any], _origin: str, purpose: str) -> Told:
    """Tell of an order placed, and of what was given back of it since: an order comes again at each change."""
    number, whose = word(body.get("id")), _whose(body)
    found = Told(since=body.get("created_at"))
    if number is None:
        return found
    found.events += _customer_events(inner(body, "customer"), whose, purpose, f"order:{number}", body.get("created_at"))
    codes = [code for one in items(body, "discount_codes") if (code := word(one.get("code")))]
    placed = {
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
    found.events.append(whose.event("Order Completed", f"shopify:order:{number}", body.get("created_at"), placed))
    currency = word(body.get("currency"))
    for refund in items(body, "refunds"):
        given_back = _given_back(refund)
        if given_back:
            what = {"order_id": number, "total": float(given_back), "currency": currency}
            found.events.append(whose.event("Order Refunded", f"shopify:refund:{word(refund.get('id'))}", refund.get("created_at"), what))
    return found


def _cancelled(body: dict[str, Any], origin: str, purpose: str) -> Told:
    """Tell of an order taken back; money that never came is given back in our books, money that did comes with its refund."""
    found = _order(body, origin, purpose)
    number, whose, at = word(body.get("id")), _whose(body), body.get("cancelled_at")
    if number is None:
        return found
    why = {"order_id": number, "reason": word(body.get("cancel_reason"))}
    found.events.append(whose.event("Order Cancelled", f"shopify:cancelled:{number}", at, why))
    left = (exact(body.get("subtotal_price")) or Decimal(0)) - total(_given_back(one) for one in items(body, "refunds"))
    if body.get("financial_status") in UNPAID and left > 0:
        what = {"order_id": number, "total": float(left), "currency": word(body.get("currency"))}
        found.events.append(whose.event("Order Refunded", f"shopify:unpaid:{number}", at, what))
    return found


def _fulfilled(body: dict[str, Any], _origin: str, _purpose: str) -> Told:
    number = word(body.get("id"))
    if number is None:
        return Told()
    at = body.get("updated_at")
    return Told(events=[_whose(body).event("Order Fulfilled", f"shopify:fulfilled:{number}", at, {"order_id": number})])


def _checkout(body: dict[str, Any], _origin: str, purpose: str) -> Told:
    """Tell of a basket on its way to the till; each change is an event of its own."""
    token, whose = word(body.get("token")), _whose(body)
    if token is None:
        return Told()
    if body.get("completed_at"):
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
    key = f"shopify:checkout:{token}:{at}"
    events = _customer_events(inner(body, "customer"), whose, purpose, f"checkout:{token}", at)
    return Told(events=[*events, whose.event("Checkout Started", key, at, what)])


def _customer(body: dict[str, Any], _origin: str, purpose: str) -> Told:
    return Told(events=_customer_events(body, _whose({"customer": body}), purpose, "customer", body.get("updated_at")))


def _product(body: dict[str, Any], origin: str, _purpose: str) -> Told:
    """Tell of a product: the price of its cheapest variant, the stock of all, and its page while it is for sale."""
    number, title = word(body.get("id")), word(body.get("title"))
    if number is None or title is None:
        return Told()
    variants = items(body, "variants")
    prices = [price for one in variants if (price := exact(one.get("price"))) is not None]
    counted = [one for one in variants if one.get("inventory_management") and isinstance(one.get("inventory_quantity"), int)]
    handle, image = word(body.get("handle")), word(inner(body, "image").get("src"))
    for_sale = body.get("status", "active") == "active"
    stock = str(max(0, sum(one["inventory_quantity"] for one in counted))) if counted else ""
    line = {
        "key": number,
        "name": title,
        "price": str(min(prices)) if prices else "",
        "stock": stock if for_sale else "0",
        "picture": image or "",
        "link": f"https://{origin}/products/{handle}" if handle and origin else "",
    }
    return Told(products=[line])


def _customer_events(customer: dict[str, Any], whose: Whose, purpose: str, cause: str, at: Any) -> list[dict[str, Any]]:
    number = word(customer.get("id"))
    if number is None:
        return []
    address = inner(customer, "default_address")
    traits = {
        "first_name": word(customer.get("first_name")),
        "last_name": word(customer.get("last_name")),
        "country": word(address.get("country_code")),
        "city": word(address.get("city")),
        "postcode": word(address.get("zip")),
        "birthday": word(customer.get("birthday")),
    }
    events = [whose.identify(f"shopify:{cause}:{number}:{customer.get('updated_at') or at}", at, traits)]
    for channel, key in CONSENTS.items():
        said = inner(customer, key)
        state, since = said.get("state"), word(said.get("consent_updated_at"))
        if purpose and since and state in {"subscribed", "unsubscribed"}:
            wording = f"Marketing by {channel} in the shop ({said.get('opt_in_level') or 'no level given'})"
            granted = state == "subscribed"
            about = {"channel": channel, "purpose": purpose, "wording": wording, "source": "shopify"}
            events.append(whose.consent(f"shopify:{channel}:{number}:{state}:{since}", since, granted=granted, **about))
    return events


def _whose(body: dict[str, Any]) -> Whose:
    customer = inner(body, "customer")
    number = word(customer.get("id"))
    email = word(body.get("email")) or word(body.get("contact_email")) or word(customer.get("email"))
    phone = word(body.get("phone")) or word(customer.get("phone"))
    return Whose(f"shopify-{number}" if number else None, email, phone)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "product_id": word(line.get("product_id")),
        "sku": word(line.get("sku")),
        "variant": word(line.get("variant_title")),
        "name": word(line.get("title")),
        "quantity": line.get("quantity"),
        "price": amount(line.get("price")),
    }


def _given_back(refund: dict[str, Any]) -> Decimal:
    """Return the goods' worth of a refund, and where it names no goods the money that was paid back."""
    goods = total(one.get("subtotal") for one in items(refund, "refund_line_items"))
    paid = [one for one in items(refund, "transactions") if one.get("kind") == "refund" and one.get("status") == "success"]
    return goods or total(one.get("amount") for one in paid)


TOPICS: Final[dict[str, Callable[[dict[str, Any], str, str], Told]]] = {
    "orders/create": _order,
    "orders/paid": _order,
    "orders/updated": _order,
    "orders/cancelled": _cancelled,
    "orders/fulfilled": _fulfilled,
    "checkouts/create": _checkout,
    "checkouts/update": _checkout,
    "customers/create": _customer,
    "customers/update": _customer,
    "customers/enable": _customer,
    "customers_marketing_consent/update": _customer,
    "products/create": _product,
    "products/update": _product,
}
