"""What shops tell of orders and baskets: told in our words, taken once."""

from datetime import UTC, datetime

import pytest

from duologue.brand.catalogue.queries import products
from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Refusal
from duologue.platform.workspaces.models import Workspace
from tests.api.callbacks.shops.hooks import NOW, recorded, shopify, taken_in, variant, woocommerce

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_checkout_left_behind_says_where_it_goes_on(shop):
    shopify("checkouts/update", recorded("shopify_checkouts_update"))
    told = taken_in(shop)["Checkout Started"]
    assert (told["cart_id"], told["revenue"]) == ("5f1c9a60b7de4c0f8a2b61d4e7f39a18", 24.0)
    assert told["checkout_url"].startswith("https://larch-lane.example/91740864812/checkouts/ac/")
    assert shopify("checkouts/update", recorded("shopify_checkouts_update", completed_at="2026-01-01T00:00:00Z"))[1] == {"taken": 0}


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
