"""What shops' webhooks become in our words, before any of it is kept."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.api.callbacks.shops.door import KINDS
from duologue.api.callbacks.shops.told import UNSURE

RECORDED = Path(__file__).parent / "recorded"

KEYS = sorted(
    {key for path in RECORDED.glob("*.json") for key in json.loads(path.read_text())}
    | {"subtotal", "total", "amount", "src", "state", "consent_updated_at", "inventory_quantity", "country_code", "kind", "status"}
)


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def told(kind, topic, body):
    return KINDS[kind].told(topic, body, shop="a", origin="a.example", purpose="promotions")


def paid_back(*adjustments, lines=(), **more):
    """A refund of an order, with adjustments given by (kind, amount)."""
    said = [{"id": 1, "kind": kind, "amount": amount, "tax_amount": "0.00"} for kind, amount in adjustments]
    goods = [{"id": number, "quantity": 1, "subtotal": subtotal} for number, subtotal in enumerate(lines)]
    return {
        "id": 7,
        "created_at": "2026-01-04T09:30:00Z",
        "refund_line_items": goods,
        "order_adjustments": said,
        "transactions": [],
        **more,
    }


BACK = {"kind": "refund", "status": "success", "amount": "6.00", "currency": "GBP"}


@pytest.mark.parametrize(
    ("refund", "total"),
    [
        (paid_back(("refund_discrepancy", "-5.85")), 5.85),  # money for no goods
        (paid_back(("refund_discrepancy", "2.37"), lines=[20.0]), 17.63),  # something was kept of it
        (paid_back(("refund_discrepancy", "20.00"), lines=[20.0]), None),  # the goods are back, the money is still on its way
        (paid_back(("shipping_refund", "-4.90"), transactions=[{**BACK, "amount": "4.90"}]), None),
        (paid_back(transactions=[{**BACK, "amount": "4.90"}], refund_shipping_lines=[{"id": 1}]), None),
        (paid_back(transactions=[BACK, {**BACK, "status": "failure"}]), 6.0),
        (paid_back(transactions=[{**BACK, "currency": "EUR"}]), None),
        (paid_back(lines=[40.0, 9.0]), 44.0),  # no more than the goods were worth
    ],
)
def test_each_kind_of_refund_takes_off_what_the_goods_had_brought(refund, total):
    said = told("shopify", "orders/updated", recorded("shopify_orders_create") | {"refunds": [refund]})
    assert [one["properties"]["total"] for one in said.events if one.get("event") == "Order Refunded"] == ([total] if total else [])


def stocked(*variants, **more):
    """A product of Shopify with these variants, given by what differs."""
    usual = {"price": "9.00", "inventory_policy": "deny", "inventory_quantity": 0}
    said = {"variants": [usual | one for one in variants], "variant_gids": [{} for _ in variants]}
    return recorded("shopify_products_update") | said | more


@pytest.mark.parametrize(
    ("body", "stock"),
    [
        (stocked({"inventory_quantity": 3}, {"inventory_quantity": -2}), "3"),
        (stocked({"inventory_quantity": 3}, {"inventory_policy": "continue"}), ""),  # sold on order
        (stocked({"inventory_management": None}, {"inventory_management": "shopify"}), ""),
        (stocked({"inventory_management": "shopify"}), "0"),
        (stocked({"inventory_quantity": 3}, status="draft"), "0"),
        (stocked({"inventory_quantity": 3}, published_at=None), "0"),
        (stocked({}, variant_gids=[{}, {}]), ""),  # only some of the variants are told
        (stocked({}), UNSURE),  # sold out, or not counted
    ],
)
def test_the_stock_of_a_product_is_that_of_its_variants(body, stock):
    assert told("shopify", "products/update", body).products[0]["stock"] == stock


@pytest.mark.parametrize(
    ("changes", "stock"),
    [
        ({"stock_quantity": -2, "stock_status": "onbackorder", "backorders": "notify", "backorders_allowed": True}, ""),
        ({"manage_stock": False, "stock_quantity": None}, ""),
        ({"manage_stock": False, "stock_quantity": None, "stock_status": "outofstock"}, "0"),
        ({"status": "private"}, "0"),
        ({"stock_quantity": "1e999999999"}, ""),
    ],
)
def test_the_stock_of_a_product_of_woocommerce(changes, stock):
    body = recorded("woocommerce_product_updated") | changes
    assert told("woocommerce", "product.updated", body).products[0]["stock"] == stock


@pytest.mark.parametrize("refunds", [[], [paid_back(lines=[44.0])], [paid_back(("refund_discrepancy", "44.00"), lines=[44.0])]])
def test_what_was_never_paid_is_taken_off_once_however_the_goods_are_restocked(refunds):
    said = told("shopify", "orders/updated", recorded("shopify_orders_cancelled") | {"refunds": refunds})
    back = [(one["messageId"], one["properties"]["total"]) for one in said.events if one.get("event") == "Order Refunded"]
    assert back == [("shopify:unpaid:6104837284075", 44.0)]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.just("1.5")
    | st.just("2026-01-01T00:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@given(kind=st.sampled_from(sorted(KINDS)), body=st.dictionaries(st.sampled_from(KEYS), json_values, max_size=12), data=st.data())
def test_whatever_a_shop_writes_is_told_or_left_out(kind, body, data):
    topic = data.draw(st.sampled_from(sorted(KINDS[kind].TOPICS)))
    said = told(kind, topic, body)
    for event in said.events if said else ():
        json.dumps(event)
        assert event["type"] in {"track", "identify", "alias"}
        assert "None" not in (event["messageId"] or "").split(":")[2:3] or event["event"] == "Order Refunded"
    for line in said.products if said else ():
        assert all(isinstance(value, str) for value in line.values())
    assert said is None or all(isinstance(key, str) for key in said.gone)
