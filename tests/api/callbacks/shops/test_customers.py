"""What shops tell of their customers: who they are, what they agreed to, that they want to be forgotten."""

import pytest

from duologue.people.consent.models import ConsentNow
from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Suppression
from duologue.people.profiles.queries import persons_of
from duologue.people.shops.actions import add_shop
from duologue.platform.audit.models import AuditEntry
from tests.api.callbacks.shops.hooks import NOW, SECRET, post, recorded, shopify, signature, woocommerce

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_two_shops_that_count_alike_do_not_mix_their_customers_orders_and_products(shop):
    add_shop(workspace=shop, name="other", kind="woocommerce", secret=SECRET)
    woocommerce("customer.updated", recorded("woocommerce_customer_updated"))
    body = recorded("woocommerce_customer_updated", email="eve@example.com", billing={"email": "eve@example.com"})
    headers = {"X-WC-Webhook-Topic": "customer.updated", "X-WC-Webhook-Signature": signature(body)}
    assert post("/hooks/shop/other", body, headers)[0] == 200
    process(workspace=shop, now=NOW)
    assert find(shop, "external", "woo-25") != find(shop, "external", "other-25")
    assert find(shop, "email", "eve@example.com") == find(shop, "external", "other-25")


def test_a_customer_of_woocommerce_keeps_one_profile_with_their_orders_as_a_guest(shop):
    woocommerce("order.created", recorded("woocommerce_order_created"))
    woocommerce("customer.updated", recorded("woocommerce_customer_updated"))
    process(workspace=shop, now=NOW)
    assert find(shop, "external", "woo-25") == find(shop, "email", "tomas@example.com")
