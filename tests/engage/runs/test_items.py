"""A message that shows products: as the catalogue has them when it leaves, each with its picture, price and link."""

import email
import re
from dataclasses import replace
from email.policy import default

import pytest

from duologue.brand.catalogue.actions import save_products, take_out
from duologue.brand.catalogue.rules import NewProduct
from duologue.engage.conversations.clicks import Followed, follow
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.items import FIRST_LINK
from duologue.engage.messages.queries import render_preview
from duologue.engage.models import Delivery, KeptMail
from duologue.kit.yaml import Mistakes
from duologue.people.models import Profile
from duologue.people.timeline.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

BASKET = """
message: basket
subject: "{{ items[0].name }} waits"
items: {of: start.products, most: 3}
body: |
  Still thinking?

  {% products %}

  {% for item in items %}
  - {{ item.quantity }} of {{ item.key }}
  {% endfor %}
"""
LEFT = """
dialogue: basket
purpose: promotions
starts: {event: Cart Updated}
turns:
  remind:
    say: basket
    window: "22:00-23:00"
    only_if: {items: {of: start.products, some: {item.stock: {over: 0}}}}
    otherwise: sorry
    listen: [{clicked: product, then: end}, {withheld: sold_out, then: sorry}, {silence: 1d, then: end}]
  sorry: {say: again, listen: [{silence: 1d, then: end}]}
"""
MJML = """
message: own
subject: Own
items: start
mjml: |
  <mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text>{% products %}</mj-column></mj-section>
  {% for one in items %}<mj-section><mj-column><mj-button href="{{ item.link }}">{{ one.name }}</mj-button></mj-column></mj-section>{% endfor %}
  </mj-body></mjml>
"""
PICTURE = "https://shop.example/tea.jpg"
LURE = {"name": "Prize <b>", "price": 3, "url": "https://stranger.example/", "image_url": "https://stranger.example/a.png"}
IN_CART = {
    "products": [
        {"product_id": "tea", "quantity": 2},
        {"sku": "cup"},
        {"product_id": "odd", **LURE},
        {"sku": "cap", "quantity": "Call us", **LURE},
        "tea",
    ]
}


@pytest.fixture
def cart(shop):
    def stock(**counts):
        known = {"tea": NewProduct("tea", "Green tea", 123450, "GBP", 9, PICTURE, "https://shop.example/tea?a=1")}
        known["cup"] = NewProduct("cup", "Cup & saucer", None, "GBP", 3, "", "https://shop.example/cup")
        known["cap"] = NewProduct("cap", "Cap <b>", 300, "GBP")
        rows = [known[key] for key in counts]
        for row, count in zip(rows, counts.values(), strict=True):
            object.__setattr__(row, "stock", count)
        save_products(workspace=shop.workspace, products=rows, now=shop.now)

    stock(tea=9, cup=3, cap=None)
    save_message(workspace=shop.workspace, name="basket", source=BASKET, now=shop.now)
    shop.stock = stock
    return shop


def read(shop):
    kept = KeptMail.within(shop.workspace).latest("pk")
    mail = email.message_from_bytes(bytes(kept.content), policy=default)
    return mail["subject"], mail.get_body(("html",)).get_content(), mail.get_body(("plain",)).get_content()


def test_products_are_shown_as_they_are_when_the_letter_leaves_and_their_links_are_followed(cart):
    (someone,) = cart.add_people(1)
    Profile.within(cart.workspace).filter(pk=someone).update(locale="de", country="AT")
    cart.dialogue(LEFT)
    cart.happen("Cart Updated", [someone], IN_CART)
    cart.turn()
    cart.stock(tea=2)
    cart.stock(cup=0)
    cart.advance(hours=11)
    subject, html, text = read(cart)
    assert subject == "Green tea waits"
    assert f'src="{PICTURE}"' in html
    assert "Cup" not in html + text
    assert "Cap &lt;b&gt;" in html
    assert [said for said in ("stranger", "Prize", "Call us", "odd") if said in subject + html + text] == []
    assert html.count('<table role="presentation" width="100%" cellpadding="0"') == 2
    price = re.search(r"£\s?1\.?\s?234,50", text.replace("\xa0", " "))
    assert price, text
    assert "Nur noch 2 da" in html
    assert "2 of tea" in text
    assert text.count("/l/") == 1
    assert re.search(
        r"thinking\?\n\nGreen tea, \S+ \(Nur noch 2 da\)\nhttp\S+\n\nCap <b>, \S+\n", text.replace("\xa0", "").replace("\r", "")
    ), text
    delivery = cart.delivery(someone, "remind")
    assert [item["key"] for item in delivery.body["items"]] == ["tea", "cap"]
    links = [Followed((cart.workspace.pk, delivery.pk, FIRST_LINK + more), "GET", "Mozilla/5.0 Firefox") for more in range(2)]
    target, nothing = follow(links)
    assert nothing is None
    assert target.url == "https://shop.example/tea?a=1&utm_source=duologue&utm_medium=email&utm_campaign=basket&utm_content=basket"
    clicked = Event.within(cart.workspace).get(name="Link Clicked").properties
    assert (clicked["link"], clicked["product_id"]) == ("product", "tea")
    cart.click(someone, "remind", link="product")
    cart.turn()
    assert cart.where(someone).startswith("ended")


def test_a_group_is_shown_as_its_variants_stand_and_a_variant_before_its_group(cart):
    of_group, of_variant = cart.add_people(2)
    sizes = [("s", 900, 0), ("m", 1100, 2), ("l", 1000, 2)]
    shirts = [NewProduct(f"shirt-{size}", f"Shirt {size}", price, "GBP", stock, variant_of="shirt") for size, price, stock in sizes]
    save_products(workspace=cart.workspace, products=shirts, now=cart.now)
    cart.dialogue(LEFT)
    cart.happen("Cart Updated", [of_group], {"products": [{"product_id": "shirt"}]})
    cart.turn()
    cart.advance(hours=11)
    subject, html, text = read(cart)
    assert subject == "Shirt l waits"
    assert "£10.00" in html
    assert "of shirt" in text
    assert cart.delivery(of_group, "remind").body["items"] == [{"key": "shirt", "link": ""}]
    cart.happen(
        "Cart Updated", [of_variant], {"products": [{"product_id": "shirt", "sku": "shirt-m"}, {"product_id": "shirt", "sku": "?"}]}
    )
    cart.turn()
    cart.advance(hours=24)
    assert [one["key"] for one in cart.delivery(of_variant, "remind").body["items"]] == ["shirt-m", "shirt"]
    save_products(workspace=cart.workspace, products=[replace(one, stock=0) for one in shirts], now=cart.now)
    (late,) = cart.add_people(1)
    cart.happen("Cart Updated", [late], {"products": ["shirt"]})
    cart.turn()
    assert cart.where(late) == "sorry"


def test_where_none_is_left_nothing_is_sent_and_the_run_hears_why(cart):
    (someone,) = cart.add_people(1)
    cart.dialogue(LEFT.replace("    only_if: {items: {of: start.products, some: {item.stock: {over: 0}}}}\n    otherwise: sorry\n", ""))
    cart.happen("Cart Updated", [someone], {"products": ["tea", "cup"]})
    cart.turn()
    cart.stock(cup=0)
    take_out(workspace=cart.workspace, keys=["tea"], now=cart.now)
    cart.advance(hours=11)
    assert cart.states() == {"withheld sold_out": 1, "accepted": 1}
    assert cart.where(someone) == "sorry"
    cart.adds_up()


def test_the_condition_of_the_turn_is_asked_again_too(cart):
    (someone,) = cart.add_people(1)
    cart.dialogue(LEFT)
    cart.happen("Cart Updated", [someone], {"products": ["tea"]})
    cart.turn()
    take_out(workspace=cart.workspace, keys=["tea"], now=cart.now)
    cart.advance(hours=11)
    assert cart.states() == {"withheld only_if": 1, "accepted": 1}


def test_what_keeps_the_sold_out_shows_them_and_mjml_has_the_same_block(cart):
    save_message(
        workspace=cart.workspace, name="own", source=MJML.replace("items: start", "items: {of: start, sold_out: keep}"), now=cart.now
    )
    (someone,) = cart.add_people(1)
    cart.stock(cup=0)
    cart.dialogue(
        LEFT.replace("say: basket", "say: own").replace("start.products, some: {item.stock: {over: 0}}", "start.none, every: {item.x: 1}")
    )
    cart.happen("Cart Updated", [someone], {"product_id": "cup"})
    cart.turn()
    cart.advance(hours=11)
    _, html, text = read(cart)
    assert "Sold out" in html
    assert html.count("Cup &amp; saucer") == 2
    assert "/l/" in text
    shown = render_preview(cart.workspace, "own")
    assert PICTURE in shown.html
    assert "Green tea" in shown.text
    assert Delivery.within(cart.workspace).get().body["items"] == [{"key": "cup", "link": "https://shop.example/cup"}]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("items: {of: start.products, most: 3}\n", ""), "but not which"),
        (("of: start.products", "of: basket"), "is a path that begins with"),
        (("most: 3", "most: 30"), "1 to 12 products"),
        (("most: 3", "sold_out: hide"), "Invalid enum value 'hide'"),
    ],
)
def test_what_is_wrong_is_said(workspace, change, why):
    with pytest.raises(Mistakes, match=why):
        save_message(workspace=workspace, name="basket", source=BASKET.replace(*change), now=workspace.created_at)
