"""A shop from the secret that a member types in to the customer whose order, told by the shop itself, stands on their page."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest
import requests
from django.urls import reverse

from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.platform.workspaces.queries import now
from tests.api.collect.conftest import server  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser

RECORDED = Path(__file__).parents[2] / "api" / "callbacks" / "shops" / "recorded"
SECRET = "what the shop signs with"


def test_a_shop_is_added_tells_of_an_order_and_is_forgotten(house, chromium, server):  # noqa: F811
    member = house.enter(chromium)
    house.open(member, "setup")
    member.get_by_role("link", name="Open woocommerce").click()
    member.get_by_role("button", name="Forget woocommerce").click()
    member.locator('select[name="kind"]').select_option("Shopify")
    member.get_by_label("Secret it signs with").fill(SECRET)
    member.get_by_label("Name, if you have several").fill("tea")
    member.get_by_role("button", name="Add it").click()
    address = member.locator("code", has_text="/hooks/shop/tea").inner_text()
    assert SECRET not in member.content()
    place = server + address.partition("8000")[2]
    assert called(place, "orders/create", "shopify_orders_create", "another secret").status_code == 401
    assert called(place, "orders/create", "shopify_orders_create").json() == {"taken": 2}
    assert called(place, "products/update", "shopify_products_update").json() == {"taken": 1}
    process(workspace=house.workspace, now=now(house.workspace))
    mira = find(house.workspace, "email", "mira@example.com")
    member.goto(house.origin + reverse("people:person", args=[house.workspace.name, mira]))
    assert "£44.00" in member.locator("main").inner_text()
    house.open(member, "products")
    assert "Jasmine Pearls" in member.locator("main").inner_text()
    house.open(member, "shops")
    member.get_by_role("button", name="Forget tea").click()
    assert called(place, "orders/create", "shopify_orders_create").status_code == 404


def called(place, topic, recorded, secret=SECRET):
    body = json.dumps(json.loads((RECORDED / f"{recorded}.json").read_text())).encode()
    signed = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    headers = {"X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": signed, "X-Shopify-Shop-Domain": "a.myshopify.com"}
    return requests.post(place, data=body, headers=headers, timeout=10)
