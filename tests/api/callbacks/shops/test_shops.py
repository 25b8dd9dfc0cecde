"""Shops' webhooks as they come: signed, told in our words, taken once."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.api.callbacks.shops.door import KINDS, application
from duologue.brand.catalogue.queries import products
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import save_purpose
from duologue.people.consent.models import ConsentNow
from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Received, Refusal
from duologue.people.shops.actions import add_shop, forget_shop
from duologue.people.shops.queries import shops
from duologue.platform.secrets.models import Secret

RECORDED = Path(__file__).parent / "recorded"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECRET = "hush-hush-hush"

KEYS = sorted(
    {key for path in RECORDED.glob("*.json") for key in json.loads(path.read_text())}
    | {"subtotal", "total", "amount", "src", "state", "consent_updated_at", "inventory_quantity", "country_code", "kind", "status"}
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(workspace):
    save_purpose(workspace=workspace, name="promotions", title="Offers")
    add_shop(workspace=workspace, name="shopify", kind="shopify", secret=SECRET, purpose="promotions")
    add_shop(workspace=workspace, name="woo", kind="woocommerce", secret=SECRET)
    return workspace


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


def test_an_order_of_shopify_is_an_order_of_ours(shop):
    assert shopify("orders/create", recorded("shopify_orders_create")) == (200, {"taken": 3})
    told = taken_in(shop)["Order Completed"]
    assert (told["order_id"], told["revenue"], told["currency"], told["coupon"]) == ("820982911946154508", 388.0, "USD", "DUO-7KQ2")
    assert [(one["product_id"], one["quantity"], one["price"]) for one in told["products"]] == [("632910392", 1, 199.0)] * 2
    person = find(shop, "email", "jon@example.com")
    assert person is not None
    assert find(shop, "external", "shopify-115310627314723954") == person
    assert find(shop, "phone", "+16135550143") == person


def test_told_again_and_again_it_counts_once(shop):
    for topic in ("orders/create", "orders/paid", "orders/updated", "orders/create"):
        assert shopify(topic, recorded("shopify_orders_create"))[0] == 200
    process(workspace=shop, now=NOW)
    assert Event.within(shop).filter(name="Order Completed").count() == 1


def test_a_refund_counts_the_goods_that_came_back(shop):
    shopify("orders/create", recorded("shopify_orders_create"))
    shopify("orders/updated", recorded("shopify_orders_updated"))
    told = taken_in(shop)
    assert told["Order Refunded"] == {"order_id": "820982911946154508", "total": 194.0, "currency": "USD"}
    assert Event.within(shop).filter(name="Order Completed").count() == 1


def test_an_order_cancelled_before_it_was_paid_leaves_nothing(shop):
    shopify("orders/cancelled", recorded("shopify_orders_cancelled"))
    told = taken_in(shop)
    assert told["Order Refunded"]["total"] == told["Order Completed"]["revenue"] == 388.0
    assert told["Order Cancelled"] == {"order_id": "820982911946154509", "reason": "customer"}


def test_marketing_consent_of_the_shop_is_consent_and_its_withdrawal_withdraws(shop):
    shopify("orders/create", recorded("shopify_orders_create"))
    process(workspace=shop, now=NOW)
    (said,) = ConsentNow.within(shop)
    assert (said.channel, said.purpose, said.state) == ("email", "promotions", "granted")
    shopify("customers/update", recorded("shopify_customers_update"))
    process(workspace=shop, now=NOW)
    said.refresh_from_db()
    assert said.state == "withdrawn"
    shopify("orders/updated", recorded("shopify_orders_create", note="the old consent again"))
    process(workspace=shop, now=NOW)
    said.refresh_from_db()
    assert said.state == "withdrawn"


def test_without_a_purpose_the_shop_states_no_consent(shop):
    add_shop(workspace=shop, name="shopify", kind="shopify", secret=SECRET)
    shopify("orders/create", recorded("shopify_orders_create"))
    process(workspace=shop, now=NOW)
    assert not ConsentNow.within(shop).exists()


def test_a_checkout_left_behind_says_where_it_goes_on(shop):
    shopify("checkouts/update", recorded("shopify_checkouts_update"))
    told = taken_in(shop)["Checkout Started"]
    assert (told["cart_id"], told["revenue"]) == ("bd5a8aa1ecd019dd3520ff791ee3a24c", 199.0)
    assert told["checkout_url"].startswith("https://checkout.local/")
    assert shopify("checkouts/update", recorded("shopify_checkouts_update", completed_at="2026-01-01T00:00:00Z"))[1] == {"taken": 0}


def test_products_of_both_shops_come_into_the_catalogue(shop):
    assert shopify("products/update", recorded("shopify_products_update"))[1] == {"taken": 1}
    assert woocommerce("product.updated", recorded("woocommerce_product_updated"))[1] == {"taken": 1}
    found = products(shop)
    pod, single = found["632910392"], found["woo-93"]
    assert (pod.name, pod.price, pod.stock, pod.link) == ("IPod Nano - 8GB", 18900, 8, "https://a.myshopify.com/products/ipod-nano")
    assert (single.price, single.stock, single.picture) == (300, 4, "https://shop.example/wp-content/uploads/woo-single-1.jpg")
    shopify("products/update", recorded("shopify_products_update", status="archived"))
    assert products(shop)["632910392"].stock == 0


def test_an_order_of_woocommerce_is_an_order_of_ours(shop):
    assert woocommerce("order.created", recorded("woocommerce_order_created"))[0] == 200
    told = taken_in(shop)["Order Completed"]
    assert (told["order_id"], told["revenue"], told["total"], told["coupon"]) == ("woo-727", 18.0, 29.35, "duo-7kq2")
    assert Event.within(shop).get(name="Order Completed").occurred_at == datetime(2026, 1, 2, 19, 28, 2, tzinfo=UTC)
    assert find(shop, "email", "john.doe@example.com") is not None


def test_states_of_a_woocommerce_order_are_told_once_each(shop):
    woocommerce("order.created", recorded("woocommerce_order_created"))
    for _ in range(2):
        woocommerce("order.updated", recorded("woocommerce_order_refunded"))
    woocommerce("order.updated", recorded("woocommerce_order_cancelled"))
    woocommerce("order.created", recorded("woocommerce_order_pending"))
    process(workspace=shop, now=NOW)
    told = sorted((event.name, event.properties["order_id"]) for event in Event.within(shop).filter(name__startswith="Order "))
    assert told == [
        ("Order Cancelled", "woo-728"),
        ("Order Completed", "woo-727"),
        ("Order Completed", "woo-728"),
        ("Order Fulfilled", "woo-727"),
        ("Order Refunded", "woo-727"),
    ]
    waiting = Event.within(shop).get(name="Checkout Started").properties
    assert waiting["checkout_url"].startswith("https://shop.example/checkout/order-pay/727/")


def test_two_shops_that_count_alike_do_not_mix_their_customers_orders_and_products(shop):
    add_shop(workspace=shop, name="other", kind="woocommerce", secret=SECRET)
    woocommerce("customer.updated", recorded("woocommerce_customer_updated"))
    body = recorded("woocommerce_customer_updated", email="eve@example.com", billing={"email": "eve@example.com"})
    headers = {"X-WC-Webhook-Topic": "customer.updated", "X-WC-Webhook-Signature": signature(body)}
    assert post("/hooks/shop/other", body, headers)[0] == 200
    process(workspace=shop, now=NOW)
    assert find(shop, "external", "woo-25") != find(shop, "external", "other-25")
    assert find(shop, "email", "eve@example.com") == find(shop, "external", "other-25")


def test_no_more_is_given_back_than_the_goods_were_worth(shop):
    refunds = [{"id": 731, "reason": "Broken", "total": "-12.00"}, {"id": 732, "reason": "All", "total": "-17.35"}]
    woocommerce("order.updated", recorded("woocommerce_order_refunded", refunds=refunds, status="refunded"))
    process(workspace=shop, now=NOW)
    back = Event.within(shop).filter(name="Order Refunded").order_by("id")
    assert [event.properties["total"] for event in back] == [12.0, 6.0]


def test_an_old_order_that_is_edited_tells_nothing_anew(shop):
    woocommerce("order.updated", recorded("woocommerce_order_refunded", date_created_gmt="2025-09-01T10:00:00"))
    process(workspace=shop, now=NOW)
    assert not Event.within(shop).filter(name__startswith="Order ").exists()


def test_a_customer_of_woocommerce_keeps_one_profile_with_their_orders_as_a_guest(shop):
    woocommerce("order.created", recorded("woocommerce_order_created"))
    woocommerce("customer.updated", recorded("woocommerce_customer_updated"))
    process(workspace=shop, now=NOW)
    assert find(shop, "external", "woo-25") == find(shop, "email", "john.doe@example.com")


def test_what_is_not_signed_is_not_taken(shop):
    body = recorded("shopify_orders_create")
    status, answer = shopify("orders/create", body, secret="another secret")
    assert (status, "signature does not fit" in answer["error"]) == (401, True)
    assert post("/hooks/shop/shopify", body, {"X-Shopify-Topic": "orders/create"})[0] == 401
    assert not Received.within(shop).exists()


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/hooks/shop/etsy", "POST", 404),
        ("/hooks/elsewhere/shopify", "POST", 404),
        ("/hooks/shop", "POST", 404),
        ("/hooks/shop/woo", "GET", 405),
    ],
)
def test_another_address_says_what_is_wrong(shop, path, method, status):
    assert post(path, b"{}", {}, method)[0] == status


def test_a_body_that_cannot_be_read_and_an_unused_topic(shop):
    assert shopify("orders/create", b"{not json")[0] == 400
    assert shopify("orders/create", b"[]")[0] == 400
    assert shopify("themes/publish", b"{}") == (200, {"taken": 0, "ignored": "themes/publish"})
    assert shopify("orders/create", recorded("shopify_orders_create", test=True))[1]["taken"] == 0


def test_woocommerce_says_hello_without_a_signature(shop):
    assert post("/hooks/shop/woo", b"webhook_id=5", {"Content-Type": "application/x-www-form-urlencoded"}) == (200, {"taken": 0})


def test_an_event_of_nobody_is_listed_as_refused(shop):
    body = recorded("shopify_checkouts_update", email=None)
    assert shopify("checkouts/update", body) == (200, {"taken": 0})
    assert Refusal.within(shop).get().reason == "nobody"


def test_an_order_from_long_ago_that_changes_is_not_told_again(shop):
    body = recorded("woocommerce_order_created", date_created_gmt="2020-03-11T19:54:40")
    woocommerce("order.updated", body)
    assert "Order Completed" not in taken_in(shop)


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
    told = KINDS[kind].told(topic, body, shop="a", origin="a.example", purpose="promotions")
    for event in told.events if told else ():
        json.dumps(event)
        assert event["type"] in {"track", "identify"}
        assert "None" not in event["messageId"].split(":")[2:3] or event["event"] == "Order Refunded"
    for line in told.products if told else ():
        assert all(isinstance(value, str) for value in line.values())


def test_a_shop_is_kept_sealed_and_forgotten(shop):
    assert SECRET.encode() not in b"".join(bytes(secret.sealed) for secret in Secret.within(shop))
    assert forget_shop(workspace=shop, name="woo")
    assert set(shops(shop)) == {"shopify"}
    with pytest.raises(Refused, match="no purpose 'other'"):
        add_shop(workspace=shop, name="shopify", kind="shopify", secret=SECRET, purpose="other")
    with pytest.raises(Refused, match="tells of no marketing consent"):
        add_shop(workspace=shop, name="woo", kind="woocommerce", secret=SECRET, purpose="promotions")
    with pytest.raises(Refused, match="at least 8 characters"):
        add_shop(workspace=shop, name="shopify", kind="shopify", secret="short")
