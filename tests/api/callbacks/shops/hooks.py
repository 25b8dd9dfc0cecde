"""Shops' webhooks as they come: signed, and handed to the door."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

from duologue.api.callbacks.shops.door import application
from duologue.people.intake.tasks import process
from duologue.people.models import Event

RECORDED = Path(__file__).parent / "recorded"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECRET = "hush-hush-hush"


def post(path, body, headers, method="POST"):
    """One request to the door, as a server would hand it over; gives (status, answer)."""
    said = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        said.append(message)

    listed = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(application({"type": "http", "method": method, "path": path, "headers": listed}, receive, send))
    return said[0]["status"], json.loads(said[1]["body"])


def signature(body, secret=SECRET):
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def shopify(topic, body, secret=SECRET):
    headers = {"X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": signature(body, secret), "X-Shopify-Shop-Domain": "a.myshopify.com"}
    return post("/hooks/shop/shopify", body, headers)


def woocommerce(topic, body, secret=SECRET):
    headers = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Signature": signature(body, secret), "Content-Type": "application/json"}
    return post("/hooks/shop/woo", body, headers)


def recorded(name, **changes):
    return json.dumps(json.loads((RECORDED / f"{name}.json").read_text()) | changes).encode()


def taken_in(workspace):
    process(workspace=workspace, now=NOW)
    return {event.name: event.properties for event in Event.within(workspace).order_by("occurred_at", "id")}


def variant(quantity, price="9.00"):
    return {"price": price, "inventory_policy": "deny", "inventory_quantity": quantity}
