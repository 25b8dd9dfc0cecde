"""Who looked at a product hears of its change once, as an event that dialogues can begin with and ask about."""

from datetime import timedelta

import pytest

from duologue.brand.catalogue.actions import keep_watch, save_products, take_out
from duologue.brand.catalogue.models import ProductChange
from duologue.brand.catalogue.rules import NewProduct
from duologue.engage.products import actions
from duologue.engage.products.models import Looked
from duologue.engage.products.queries import looked
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import merge
from duologue.people.timeline.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

BACK = """
dialogue: back
purpose: promotions
starts: {event: Back In Stock, where: {sku: tea}}
turns:
  tell:
    say: hello
    only_if: {did: {event: Back In Stock, within: 1d}, start.price: {under: 10}}
    listen: [{silence: 1d, then: end}]
"""


@pytest.fixture
def stock(shop):
    def has(key="tea", price=500, stock=9):
        save_products(workspace=shop.workspace, products=[NewProduct(key, key.title(), price, "GBP", stock)], now=shop.now)

    has()
    return has


def heard(shop, name):
    return sorted(Event.within(shop.workspace).filter(name=name).values_list("profile_id", flat=True))


def test_those_who_looked_hear_once_and_those_who_bought_or_looked_long_ago_do_not(shop, stock):
    viewer, chooser, asker, buyer, early, _ = shop.add_people(6)
    shop.happen("Product Viewed", [early], {"product_id": "tea"})
    shop.advance(days=31)
    shop.happen("Product Viewed", [viewer, buyer], {"product_id": "tea", "sku": "other"})
    shop.happen("Page Viewed", [viewer], {"url": "/"})
    shop.happen("Cart Updated", [chooser, viewer], {"products": [{"sku": "tea"}, "cup"]})
    shop.happen("Product Asked For", [asker], {"sku": "tea"})
    shop.turn()
    shop.happen("Order Completed", [buyer], {"order_id": "1", "products": [{"product_id": "tea"}]})
    shop.dialogue(BACK)
    shop.turn()
    assert looked(shop.workspace, "tea", shop.now) == {"people": 3, "viewed": 1, "basket": 2, "asked": 1}
    stock(stock=0)
    stock(stock=3)
    shop.turn()
    shop.turn()
    assert heard(shop, "Back In Stock") == [viewer, chooser, asker]
    said = Event.within(shop.workspace).get(name="Back In Stock", profile_id=viewer).properties
    change = ProductChange.within(shop.workspace).get()
    assert said == {
        "product_id": "tea",
        "sku": "tea",
        "name": "Tea",
        "price": 5.0,
        "currency": "GBP",
        "stock": 3,
        "looked": ["basket", "viewed"],
        "change": change.pk,
    }
    assert (change.kind, change.people, change.told_at) == ("back", 3, shop.now)
    assert shop.states() == {"accepted": 3}
    stock(price=400, stock=20)
    stock(price=400, stock=2)
    shop.turn()
    assert heard(shop, "Price Dropped") == heard(shop, "Low In Stock") == [viewer, chooser, asker]
    assert Event.within(shop.workspace).filter(name="Price Dropped").first().properties["price_before"] == 5.0


def test_many_are_told_in_pieces_and_nobody_twice(shop, stock, monkeypatch):
    monkeypatch.setattr(actions, "PROFILES_AT_ONCE", 3)
    people = shop.add_people(7)
    stock("cup")
    shop.happen("Product Viewed", people, {"product_id": "tea"})
    shop.happen("Product Viewed", people[:2], {"product_id": "cup"})
    shop.turn()
    stock(price=100)
    stock("cup", price=100)
    merge(workspace=shop.workspace, keep=people[5], lose=people[0], because="same card", now=shop.now)
    actions.tell_changes(shop.workspace, shop.now)
    Looked.within(shop.workspace).filter(profile_id=people[0]).update(at=shop.now + timedelta(hours=1))  # told, and looks again
    while actions.tell_changes(shop.workspace, shop.now):
        pass
    told = Event.within(shop.workspace).filter(name="Price Dropped").values_list("properties__sku", "profile_id")
    assert [profile for sku, profile in sorted(told) if sku == "tea"] == [*people[:5], people[6]]
    assert sorted(ProductChange.within(shop.workspace).values_list("key", "people")) == [("cup", 2), ("tea", 6)]


def test_the_watch_says_what_is_worth_telling_and_what_is_gone_comes_back(shop, stock):
    someone, other = shop.add_people(2)
    shop.happen("Product Viewed", [someone], {"product_id": "tea"})
    shop.turn()
    keep_watch(workspace=shop.workspace, looked_within=1, little_stock=0, least_drop=50)
    stock(price=300, stock=1)
    take_out(workspace=shop.workspace, keys=["tea"], now=shop.now)
    shop.advance(days=2)
    shop.happen("Product Viewed", [someone], {"product_id": "tea"})
    shop.turn()
    stock(price=300, stock=1)
    shop.turn()
    assert (heard(shop, "Price Dropped"), heard(shop, "Low In Stock"), heard(shop, "Back In Stock")) == ([], [], [someone])
    shop.advance(days=2)
    shop.happen("Product Viewed", [other], {"product_id": "tea"})
    shop.turn()
    stock(price=100)
    shop.turn()
    assert heard(shop, "Price Dropped") == [other]
    erase(workspace=shop.workspace, person=other, now=shop.now)
    assert not Looked.within(shop.workspace).filter(profile_id=other).exists()
    assert actions.forget_old(now=shop.now + timedelta(days=500)) > 0
    assert not Looked.within(shop.workspace).exists()


def test_what_is_no_longer_so_is_told_to_nobody(shop, stock):
    people = shop.add_people(2)
    shop.happen("Product Viewed", people, {"product_id": "tea"})
    shop.turn()
    for said in (
        [{"price": 300}, {"price": 490}],  # cheaper, and as good as dear again
        [{"stock": 2}, {"stock": 20}],  # few left, and many again
        [{"stock": 0}, {"stock": 20}, {"stock": 0}],  # back, and sold out again
    ):
        for one in said:
            stock(**one)
        shop.turn()
    changes = ProductChange.within(shop.workspace).order_by("id")
    assert list(changes.values_list("kind", "people", "told_at")) == [(kind, 0, shop.now) for kind in ("cheaper", "little", "back")]
    assert [heard(shop, name) for name in ("Back In Stock", "Price Dropped", "Low In Stock")] == [[], [], []]


GROUP_BACK = BACK.replace("sku: tea", "sku: shirt").replace("under: 10", "under: 21")


@pytest.fixture
def shirts(shop):
    """Return what lists the sizes of a shirt as a feed does: a group of which nothing is a product but its variants."""

    def have(**sizes):
        rows = [
            NewProduct(f"shirt-{size}", f"Shirt {size}", price, "GBP", stock, variant_of="shirt") for size, (price, stock) in sizes.items()
        ]
        save_products(workspace=shop.workspace, products=rows, now=shop.now)

    return have


def noted(shop):
    rows = ProductChange.within(shop.workspace).order_by("id").values_list("key", "kind", "price_before")
    found = [(key.removeprefix("shirt-"), kind, before) for key, kind, before in rows]
    ProductChange.within(shop.workspace).delete()
    return found


def test_a_group_changes_as_its_variants_do_together(shop, shirts):
    shirts(s=(2000, 0), m=(2200, 0))
    assert noted(shop) == []
    shirts(s=(2000, 0), m=(2200, 50))
    assert noted(shop) == [("m", "back", 2200), ("shirt", "back", 2000)]
    shirts(s=(2000, 9), m=(2200, 50))
    assert noted(shop) == [("s", "back", 2000)]  # of the group there was one all the while
    shirts(m=(2050, 50))
    assert noted(shop) == [("m", "cheaper", 2200)]  # it is not the cheapest
    shirts(m=(1500, 50))
    assert noted(shop) == [("m", "cheaper", 2050), ("shirt", "cheaper", 2000)]
    shirts(xs=(900, 4))
    assert noted(shop) == []  # what is new was never dearer
    shirts(m=(1500, 1))
    assert noted(shop) == [("m", "little", 1500)]  # 14 of all sizes
    shirts(s=(2000, 0))
    assert noted(shop) == [("shirt", "little", 900)]
    shirts(xs=(900, 0), m=(1500, 0))
    shirts(xs=(100, 0))
    assert noted(shop) == []  # nobody can buy it at that price
    take_out(workspace=shop.workspace, keys=["shirt-xs", "shirt-s", "shirt-m"], now=shop.now)
    shop.advance(days=2)
    shirts(m=(1500, None))
    assert noted(shop) == [("m", "back", 1500), ("shirt", "back", None)]
    save_products(workspace=shop.workspace, products=[NewProduct("shirt", "Shirt", 1500, "GBP", 0)], now=shop.now)
    shirts(m=(1500, 0))
    shirts(m=(1500, 3))
    assert noted(shop) == [("m", "back", 1500)]  # of what is a product itself the product alone is told


def test_who_looked_at_a_group_is_told_once_whatever_its_variants_do(shop, shirts):
    shirts(s=(2000, 0), m=(2200, 0))
    of_group, of_both, buyer, sizer = shop.add_people(4)
    shop.happen("Product Viewed", [of_group, of_both, buyer], {"product_id": "shirt"})
    shop.happen("Product Asked For", [of_both], {"product_id": "shirt"})
    shop.happen("Product Viewed", [of_both, sizer], {"product_id": "shirt-m"})
    shop.turn()
    shop.happen("Order Completed", [buyer], {"order_id": "1", "products": [{"sku": "shirt-s"}]})
    shop.dialogue(GROUP_BACK)
    shop.turn()
    shirts(s=(2000, 7), m=(2200, 8))
    shop.turn()
    told = Event.within(shop.workspace).filter(name="Back In Stock").values_list("profile_id", "properties__sku", "properties__looked")
    assert sorted(told) == [(of_group, "shirt", ["viewed"]), (of_both, "shirt-m", ["asked", "viewed"]), (sizer, "shirt-m", ["viewed"])]
    said = Event.within(shop.workspace).get(name="Back In Stock", profile_id=of_group).properties
    assert (said["name"], said["price"], said["stock"]) == ("Shirt m", 20.0, 15)
    assert shop.states() == {"accepted": 1}
    shirts(s=(1000, 7))  # of_both did not look at this one: the group tells them
    shop.turn()
    assert heard(shop, "Price Dropped") == [of_group, of_both]
    shop.happen("Order Completed", [of_group], {"order_id": "2", "products": [{"product_id": "shirt"}]})
    shop.turn()
    assert looked(shop.workspace, "shirt", shop.now)["people"] == 1
