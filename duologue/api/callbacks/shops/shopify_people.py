"""Whom Shopify's webhooks are about, and what these people agreed to, in our words.

Until the version 2025-01 of Shopify's API a customer's webhook says what they agreed to; since then webhooks of their own do.
"""

from __future__ import annotations

from typing import Any, Final

from duologue.api.callbacks.shops.told import Told, Whose, inner, word

CHANNELS: Final = {"email": "email_marketing_consent", "sms": "sms_marketing_consent"}
SAID: Final = {"subscribed": True, "unsubscribed": False}


def whose(body: dict[str, Any]) -> Whose:
    """Return whose an order or checkout is; Shopify's numbers are unique over all shops."""
    customer = inner(body, "customer")
    number = word(customer.get("id"))
    email = word(body.get("email")) or word(body.get("contact_email")) or word(customer.get("email"))
    phone = word(body.get("phone")) or word(customer.get("phone"))
    return Whose(f"shopify-{number}" if number else None, email, phone)


def customer_events(customer: dict[str, Any], who: Whose, purpose: str, cause: str, at: Any) -> list[dict[str, Any]]:
    """Return what is known of a customer and what they agreed to, where there is one; `cause` tells one telling from another."""
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
    known = who.identify(f"shopify:{cause}:{number}:{customer.get('updated_at') or at}", at, traits)
    return [known, *_statements(customer, number, who, purpose)]


def customer_told(body: dict[str, Any], _origin: str, purpose: str) -> Told:
    """Tell of a customer who is new or changed."""
    return Told(events=customer_events(body, whose({"customer": body}), purpose, "customer", body.get("updated_at")))


def consent_told(body: dict[str, Any], _origin: str, purpose: str) -> Told:
    """Tell of what a customer agreed to or took back, where that alone changed; what they took back without a date counts from now."""
    number = word(body.get("customer_id")) or word(body.get("id"))
    if number is None:
        return Told()
    who = Whose(f"shopify-{number}", word(body.get("email_address")), word(body.get("phone")))
    return Told(events=_statements(body, number, who, purpose, undated=True))


def merge_told(body: dict[str, Any], _origin: str, _purpose: str) -> Told:
    """Tell that two customers turned out to be one, once the shop has joined them."""
    ids = (word(body.get(f"admin_graphql_api_customer_{which}_id")) for which in ("kept", "deleted"))
    kept, former = ((one or "").rpartition("/")[2] for one in ids)
    if (word(body.get("status")) or "").lower() != "completed" or not kept or not former:
        return Told()
    return Told(events=[Whose(f"shopify-{kept}", None, None).alias(f"shopify:merged:{kept}:{former}", f"shopify-{former}")])


def redaction_told(body: dict[str, Any], _origin: str, _purpose: str) -> Told:
    """Tell who asked the shop to be forgotten."""
    return Told(forgotten=whose({"customer": inner(body, "customer")}))


def _statements(customer: dict[str, Any], number: str, who: Whose, purpose: str, *, undated: bool = False) -> list[dict[str, Any]]:
    events = []
    for channel, key in CHANNELS.items():
        said = inner(customer, key)
        state, since = (word(said.get("state")) or "").lower(), word(said.get("consent_updated_at"))
        granted = SAID.get(state)
        if not purpose or granted is None or not (since or (undated and not granted)):
            continue
        wording = f"Marketing by {channel} in the shop ({said.get('opt_in_level') or 'no level given'})"
        about = {"channel": channel, "purpose": purpose, "wording": wording, "source": "shopify"}
        message_id = f"shopify:{channel}:{number}:{state}:{since}" if since else None
        events.append(who.consent(message_id, since, granted=granted, **about))
    return events
