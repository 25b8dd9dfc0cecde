"""The door for shops: signatures, addresses, bodies that cannot be read, and how a shop's secret is kept."""

import pytest

from duologue.kit.pipeline import Refused
from duologue.people.models import Received
from duologue.people.shops.actions import add_shop, forget_shop
from duologue.people.shops.queries import shops
from duologue.platform.secrets.models import Secret
from tests.api.callbacks.shops.hooks import SECRET, post, recorded, shopify

pytestmark = pytest.mark.django_db(transaction=True)


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
