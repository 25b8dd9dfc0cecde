"""Shops' webhooks as they come: signed, told in our words, taken once."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duologue.api.callbacks.shops.door import application
from duologue.brand.catalogue.models import ProductChange
from duologue.brand.catalogue.queries import products
from duologue.cli.worker.once import turn_the_wheel
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import save_purpose
from duologue.people.consent.models import ConsentNow
from duologue.people.identifiers.queries import find
from duologue.people.intake.actions import receive
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Received, Refusal, Suppression
from duologue.people.profiles.queries import persons_of
from duologue.people.shops.actions import add_shop, forget_shop
from duologue.people.shops.queries import shops
from duologue.platform.audit.models import AuditEntry
from duologue.platform.secrets.models import Secret
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

RECORDED = Path(__file__).parent / "recorded"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECRET = "hush-hush-hush"

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
    assert shopify("orders/create", recorded("shopify_orders_create")) == (200, {"taken": 2})
    told = taken_in(shop)["Order Completed"]
    assert (told["order_id"], told["revenue"], told["currency"], told["coupon"]) == ("6104837251307", 44.0, "GBP", "DUO-7KQ2")
    assert told["products"] == [
        {"product_id": "9120447310251", "sku": "JP-100", "variant": "100 g", "name": "Jasmine Pearls", "quantity": 1, "price": 24.0},
        {"product_id": "9120447310251", "sku": "JP-050", "variant": "50 g", "name": "Jasmine Pearls", "quantity": 1, "price": 12.5},
        {"name": "Gift wrapping", "quantity": 1, "price": 12.5},
    ]
    person = find(shop, "email", "mira@example.com")
    assert person is not None
    assert find(shop, "external", "shopify-8710265534187") == person
    assert find(shop, "phone", "+442079460142") == person


def test_told_again_and_again_in_any_order_it_counts_once(shop):
    shopify("orders/updated", recorded("shopify_orders_updated"))
    for topic in ("orders/create", "orders/paid", "orders/updated", "orders/create"):
        assert shopify(topic, recorded("shopify_orders_create"))[0] == 200
    process(workspace=shop, now=NOW)
    told = Event.within(shop).filter(name__startswith="Order ").order_by("occurred_at")
    assert [event.name for event in told] == ["Order Completed", "Order Refunded"]


def test_a_refund_counts_the_goods_that_came_back_in_the_currency_of_the_shop(shop):
    shopify("orders/updated", recorded("shopify_orders_updated"))
    assert taken_in(shop)["Order Refunded"] == {"order_id": "6104837251307", "total": 11.22, "currency": "GBP"}


@pytest.mark.parametrize("topic", ["orders/cancelled", "orders/updated"])
def test_an_order_cancelled_before_it_was_paid_leaves_nothing(shop, topic):
    shopify(topic, recorded("shopify_orders_cancelled"))
    told = taken_in(shop)
    assert told["Order Refunded"]["total"] == told["Order Completed"]["revenue"] == 44.0
    assert told["Order Cancelled"] == {"order_id": "6104837284075", "reason": "customer"}


def test_an_order_that_was_sent_is_told_so_once(shop):
    sent = {"fulfillment_status": "fulfilled", "fulfillments": [{"id": 1, "created_at": "2026-01-03T08:00:00Z"}]}
    for topic in ("orders/updated", "orders/fulfilled"):
        shopify(topic, recorded("shopify_orders_create", **sent))
    process(workspace=shop, now=NOW)
    assert Event.within(shop).get(name="Order Fulfilled").occurred_at == datetime(2026, 1, 3, 8, tzinfo=UTC)


def standing_of(workspace):
    process(workspace=workspace, now=NOW)
    return {(said.channel, said.purpose): said.state for said in ConsentNow.within(workspace)}


def test_marketing_consent_of_the_shop_is_consent_and_its_withdrawal_withdraws(shop):
    shopify("orders/create", recorded("shopify_orders_create"))
    assert standing_of(shop) == {}
    said = "customers_email_marketing_consent/update"
    assert shopify(said, recorded("shopify_customers_email_marketing_consent_update")) == (200, {"taken": 1})
    assert standing_of(shop) == {("email", "promotions"): "granted"}
    shopify("customers_marketing_consent/update", recorded("shopify_customers_marketing_consent_update"))
    assert standing_of(shop) == {("email", "promotions"): "granted", ("sms", "promotions"): "granted"}
    shopify("customers/update", recorded("shopify_customers_update"))
    shopify("customers/update", recorded("shopify_customers_update_2024_10"))
    assert standing_of(shop) == {("email", "promotions"): "withdrawn", ("sms", "promotions"): "granted"}
    shopify(said, recorded("shopify_customers_email_marketing_consent_update", email_address=""))
    assert standing_of(shop)["email", "promotions"] == "withdrawn"


def test_who_left_without_a_date_has_left_and_who_came_without_one_has_not_come(shop):
    said, name = "customers_email_marketing_consent/update", "shopify_customers_email_marketing_consent_update"
    undated = {"opt_in_level": None, "consent_updated_at": None}
    shopify(said, recorded(name, email_marketing_consent={"state": "subscribed", **undated}))
    shopify(said, recorded(name, email_marketing_consent={"state": "not_subscribed", **undated}))
    assert standing_of(shop) == {}
    shopify(said, recorded(name))
    shopify(said, recorded(name, email_marketing_consent={"state": "UNSUBSCRIBED", **undated}))
    assert standing_of(shop) == {("email", "promotions"): "withdrawn"}


def test_customers_whom_the_shop_has_joined_are_one_person(shop):
    former = {"id": 8710265599723, "email": "m.okafor@example.com", "phone": None}
    shopify("customers/update", recorded("shopify_customers_update"))
    shopify("customers/create", recorded("shopify_customers_update", **former))
    assert shopify("customers/merge", recorded("shopify_customers_merge", status="failed"))[1] == {"taken": 0}
    process(workspace=shop, now=NOW)
    two = [find(shop, "external", f"shopify-{number}") for number in (8710265534187, 8710265599723)]
    assert len(set(persons_of(shop, two).values())) == 2
    assert shopify("customers/merge", recorded("shopify_customers_merge")) == (200, {"taken": 1})
    process(workspace=shop, now=NOW)
    assert len(set(persons_of(shop, two).values())) == 1


def test_who_is_to_be_forgotten_is_erased(shop):
    shopify("orders/create", recorded("shopify_orders_create"))
    process(workspace=shop, now=NOW)
    profile = find(shop, "email", "mira@example.com")
    assert shopify("customers/redact", recorded("shopify_customers_redact"), secret="not the secret")[0] == 401
    assert shopify("customers/redact", recorded("shopify_customers_redact")) == (200, {"taken": 1})
    assert find(shop, "email", "mira@example.com") is None
    assert not Event.within(shop).filter(profile_id=profile).exists()
    assert set(Suppression.within(shop).values_list("channel", "reason")) >= {("email", "erased")}
    assert AuditEntry.objects.get(action="erase person").actor == "shop shopify"
    assert shopify("customers/redact", recorded("shopify_customers_redact")) == (200, {"taken": 0})


def test_without_a_purpose_the_shop_states_no_consent(shop):
    add_shop(workspace=shop, name="shopify", kind="shopify", secret=SECRET, purpose="")
    shopify("customers_email_marketing_consent/update", recorded("shopify_customers_email_marketing_consent_update"))
    shopify("customers/update", recorded("shopify_customers_update_2024_10"))
    process(workspace=shop, now=NOW)
    assert not ConsentNow.within(shop).exists()


def test_a_checkout_left_behind_says_where_it_goes_on(shop):
    shopify("checkouts/update", recorded("shopify_checkouts_update"))
    told = taken_in(shop)["Checkout Started"]
    assert (told["cart_id"], told["revenue"]) == ("5f1c9a60b7de4c0f8a2b61d4e7f39a18", 24.0)
    assert told["checkout_url"].startswith("https://larch-lane.example/91740864812/checkouts/ac/")
    assert shopify("checkouts/update", recorded("shopify_checkouts_update", completed_at="2026-01-01T00:00:00Z"))[1] == {"taken": 0}


def test_products_of_both_shops_come_into_the_catalogue(shop):
    assert shopify("products/update", recorded("shopify_products_update"))[1] == {"taken": 1}
    assert woocommerce("product.updated", recorded("woocommerce_product_updated"))[1] == {"taken": 1}
    found = products(shop)
    tea, bowl = found["9120447310251"], found["woo-93"]
    assert (tea.name, tea.price, tea.stock, tea.link) == ("Jasmine Pearls", 1250, 10, "https://a.myshopify.com/products/jasmine-pearls")
    assert tea.picture == "https://cdn.larch-lane.example/files/jasmine-pearls.jpg?v=1735044869"
    assert (bowl.price, bowl.stock, bowl.picture) == (400, 4, "https://kiln.example/wp-content/uploads/bowl.jpg")


def variant(quantity, price="9.00"):
    return {"price": price, "inventory_policy": "deny", "inventory_quantity": quantity}


def test_a_product_that_was_counted_and_has_none_left_is_sold_out_and_comes_back(shop):
    seen = []
    for quantity in (0, 30, 0, 10):
        shopify("products/update", recorded("shopify_products_update", variants=[variant(quantity)], variant_gids=[{}]))
        seen.append(products(shop)["9120447310251"].stock)
    assert seen == [None, 30, 0, 10]
    assert list(ProductChange.within(shop).values_list("kind", flat=True)) == ["back"]


def test_prices_are_in_the_shop_s_own_currency_where_it_has_one(shop):
    add_shop(workspace=shop, name="shopify", kind="shopify", secret=SECRET, currency="JPY")
    shopify("products/update", recorded("shopify_products_update", variants=[variant(1, "2400")]))
    woocommerce("product.updated", recorded("woocommerce_product_updated"))
    assert [(one.price, one.currency) for one in products(shop).values()] == [(2400, "JPY"), (400, shop.currency)]


def test_a_product_that_the_shop_deletes_is_offered_no_longer_until_it_is_back(shop):
    shopify("products/update", recorded("shopify_products_update"))
    woocommerce("product.updated", recorded("woocommerce_product_updated"))
    assert shopify("products/delete", recorded("shopify_products_delete")) == (200, {"taken": 1})
    assert woocommerce("product.deleted", recorded("woocommerce_product_deleted")) == (200, {"taken": 1})
    assert [one.is_available for one in products(shop).values()] == [False, False]
    assert woocommerce("product.deleted", recorded("woocommerce_product_deleted", id=94)) == (200, {"taken": 0})
    woocommerce("product.restored", recorded("woocommerce_product_updated"))
    assert products(shop)["woo-93"].is_available


def test_what_a_shop_said_of_a_product_before_it_deleted_it_does_not_bring_it_back(shop):
    """Webhooks that fail are sent again hours later, in no order."""
    shopify("products/update", recorded("shopify_products_update"))
    woocommerce("product.updated", recorded("woocommerce_product_updated"))
    shopify("products/delete", recorded("shopify_products_delete"))
    woocommerce("product.deleted", recorded("woocommerce_product_deleted"))
    assert shopify("products/update", recorded("shopify_products_update", variants=[variant(7)])) == (200, {"taken": 0})
    assert woocommerce("product.updated", recorded("woocommerce_product_updated", stock_quantity=7)) == (200, {"taken": 0})
    assert [(one.stock, one.is_available) for one in products(shop).values()] == [(10, False), (4, False)]
    soon = "2026-01-05T13:00:01+01:00"
    assert shopify("products/update", recorded("shopify_products_update", variants=[variant(7)], updated_at=soon)) == (200, {"taken": 1})
    later = recorded("woocommerce_product_updated", stock_quantity=7, date_modified_gmt="2026-01-05T12:00:01")
    assert woocommerce("product.updated", later) == (200, {"taken": 1})
    assert [(one.stock, one.is_available) for one in products(shop).values()] == [(7, True), (7, True)]


@pytest.mark.parametrize("said", [None, "", "lately", 5])
def test_a_product_of_which_no_time_is_said_is_taken(shop, said):
    shopify("products/update", recorded("shopify_products_update"))
    shopify("products/delete", recorded("shopify_products_delete"))
    assert shopify("products/update", recorded("shopify_products_update", updated_at=said)) == (200, {"taken": 1})


@pytest.mark.parametrize("kind", ["shopify", "woo"])
def test_who_looked_on_the_shop_s_pages_hears_by_its_webhooks_that_it_is_back(shop, kind):
    def told(quantity):
        if kind == "shopify":
            shopify("products/update", recorded("shopify_products_update", variants=[variant(quantity)], variant_gids=[{}]))
        else:
            woocommerce("product.updated", recorded("woocommerce_product_updated", stock_quantity=quantity))

    key, customer = {"shopify": ("9120447310251", "shopify-8710265534187"), "woo": ("woo-93", "woo-25")}[kind]
    told(3)
    seen = {"type": "track", "event": "Product Viewed", "userId": customer, "properties": {"product_id": key}}
    receive(workspace=shop, source="site", payloads=[json.dumps(seen).encode()], now=now(shop))
    turn_the_wheel(shop, now(shop))
    for quantity in (0, 30):
        told(quantity)
    turn_the_wheel(shop, now(shop))
    back = Event.within(shop).get(name="Back In Stock")
    assert (back.properties["product_id"], back.profile_id) == (key, find(shop, "external", customer))


def test_a_variation_is_no_product_of_its_own(shop):
    assert woocommerce("product.updated", recorded("woocommerce_product_updated_variation")) == (200, {"taken": 0})
    assert products(shop) == {}


def test_a_product_that_cannot_be_taken_is_listed_and_the_shop_goes_on(shop):
    body = recorded("shopify_products_update", variants=[variant(1, "-3.00")])
    assert shopify("products/update", body) == (200, {"taken": 0})
    assert Refusal.within(shop).get().reason == "not a number"
    woocommerce("product.updated", recorded("woocommerce_product_updated", images=[{"src": False}], permalink="bowl", price=""))
    bowl = products(shop)["woo-93"]
    assert (bowl.picture, bowl.link, bowl.price) == ("", "", None)


def test_an_order_of_woocommerce_is_an_order_of_ours(shop):
    assert woocommerce("order.created", recorded("woocommerce_order_created"))[0] == 200
    told = taken_in(shop)["Order Completed"]
    assert (told["order_id"], told["revenue"], told["total"], told["coupon"]) == ("woo-727", 18.0, 35.0, "duo-7kq2")
    assert [(one["product_id"], one["quantity"], one["price"]) for one in told["products"]] == [("woo-93", 2, 3.0), ("woo-22", 1, 12.0)]
    assert Event.within(shop).get(name="Order Completed").occurred_at == datetime(2026, 1, 2, 19, 28, 2, tzinfo=UTC)
    assert find(shop, "email", "tomas@example.com") is not None


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
    assert waiting["checkout_url"].startswith("https://kiln.example/checkout/order-pay/727/")


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
    assert find(shop, "external", "woo-25") == find(shop, "email", "tomas@example.com")


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


def test_an_order_of_nobody_is_listed_as_refused_and_a_basket_of_nobody_is_not_even_that(shop):
    nobody = {"email": "", "contact_email": None, "phone": None, "customer": None}
    assert shopify("checkouts/update", recorded("shopify_checkouts_update", **nobody)) == (200, {"taken": 0})
    waiting = {"status": "checkout-draft", "billing": {"email": "", "phone": "", "country": "SE"}}
    assert woocommerce("order.updated", recorded("woocommerce_order_pending", **waiting)) == (200, {"taken": 0})
    assert not Refusal.within(shop).exists()
    assert shopify("orders/create", recorded("shopify_orders_create", **nobody)) == (200, {"taken": 0})
    assert Refusal.within(shop).get().reason == "nobody"


def test_lines_of_products_that_are_gone_name_none(shop):
    lines = [{"id": 1, "name": "Old bowl", "product_id": 0, "variation_id": 0, "quantity": 1, "total": "4.00", "sku": "", "price": "4.00"}]
    woocommerce("order.created", recorded("woocommerce_order_created", line_items=lines))
    assert taken_in(shop)["Order Completed"]["products"] == [{"name": "Old bowl", "quantity": 1, "price": 4.0}]


def test_an_order_in_a_state_of_the_shop_s_own_is_paid_once_it_has_a_date_of_payment(shop):
    woocommerce("order.updated", recorded("woocommerce_order_created", status="in-the-kiln"))
    assert taken_in(shop)["Order Completed"]["order_id"] == "woo-727"


def test_amounts_of_currencies_with_none_or_three_places_are_as_written(shop):
    shopify("orders/create", recorded("shopify_orders_create", currency="JPY", subtotal_price="2400"))
    assert taken_in(shop)["Order Completed"]["revenue"] == 2400
    Workspace.objects.filter(pk=shop.pk).update(currency="KWD")
    shopify("products/update", recorded("shopify_products_update", variants=[variant(1, "1.250")]))
    assert products(shop)["9120447310251"].price == 1250


def test_an_order_from_long_ago_that_changes_is_not_told_again(shop):
    body = recorded("woocommerce_order_created", date_created_gmt="2020-03-11T19:54:40")
    woocommerce("order.updated", body)
    assert "Order Completed" not in taken_in(shop)


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
