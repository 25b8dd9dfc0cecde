"""What shops tell of their products: the catalogue, prices, stock, and that one is back."""

import json

import pytest

from duologue.brand.catalogue.models import ProductChange
from duologue.brand.catalogue.queries import products
from duologue.cli.worker.once import turn_the_wheel
from duologue.people.identifiers.queries import find
from duologue.people.intake.actions import receive
from duologue.people.models import Event, Refusal
from duologue.people.shops.actions import add_shop
from duologue.platform.workspaces.queries import now
from tests.api.callbacks.shops.hooks import SECRET, recorded, shopify, variant, woocommerce

pytestmark = pytest.mark.django_db(transaction=True)


def test_products_of_both_shops_come_into_the_catalogue(shop):
    assert shopify("products/update", recorded("shopify_products_update"))[1] == {"taken": 1}
    assert woocommerce("product.updated", recorded("woocommerce_product_updated"))[1] == {"taken": 1}
    found = products(shop)
    tea, bowl = found["9120447310251"], found["woo-93"]
    assert (tea.name, tea.price, tea.stock, tea.link) == ("Jasmine Pearls", 1250, 10, "https://a.myshopify.com/products/jasmine-pearls")
    assert tea.picture == "https://cdn.larch-lane.example/files/jasmine-pearls.jpg?v=1735044869"
    assert (bowl.price, bowl.stock, bowl.picture) == (400, 4, "https://kiln.example/wp-content/uploads/bowl.jpg")


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
