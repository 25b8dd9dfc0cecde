"""A letter in the browser says what left: facts, products and perks as they were, in the language and the look that it had."""

import email
import email.policy
import re

from duologue.brand.catalogue.actions import save_products
from duologue.brand.catalogue.rules import NewProduct
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.keeping import web_version
from duologue.engage.messages.models import Delivery
from duologue.engage.perks.models import Perk
from duologue.people.profiles.actions import NewFact, learn
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.rules import read_offer

PIXEL = re.compile(r"<img [^>]*/o/[^>]*>")
RICH = """
message: rich
subject: "For {{ person.first_name }}"
items: {of: start.products, most: 3}
body: |
  Dear {{ person.first_name }} of {{ person.city }}: **{{ perk.ten.code }}** until {{ perk.ten.expires_at }}, worth {{ perk.ten.worth }}.

  {% if person.topic.candles %}Candles!{% endif %} {{ start.greeting }}

  {% products %}
fallback: {person.first_name: you, person.city: nowhere, start.greeting: Bye}
"""


def left(shop):
    mail = email.message_from_bytes(bytes(KeptMail.within(shop).order_by("-pk").first().content), policy=email.policy.default)
    return PIXEL.sub("", mail.get_body(("html",)).get_content()).replace("\r\n", "\n")


def test_what_was_named_stays_as_it_was_whatever_changes(shop, person, delivery, now):
    ann = person(1, locale="de", country="AT")
    said = {"first_name": "Änne <3", "topic.candles": True}
    learn(workspace=shop, facts=[NewFact(ann, key, value, "form", now) for key, value in said.items()], now=now)
    save_offer(workspace=shop, offer=read_offer("offer: ten\nworth: 10 GBP\nlasts: 14d\n"), now=now)
    tea = NewProduct("tea", "Tea", 499, "GBP", 3, picture="https://shop.example/tea.jpg", link="https://shop.example/tea")
    save_products(workspace=shop, products=[tea], now=now)
    actions.save_message(workspace=shop, name="rich", source=RICH, now=now)
    start = {"start": {"products": [{"product_id": "tea", "quantity": 2}], "greeting": "Salut"}}
    [planned] = actions.plan(
        workspace=shop, deliveries=[delivery(ann, message="rich", gives=[("ten", None)], values=start, turn="gift")], now=now
    )
    assert web_version(shop, planned) is None
    assert tasks.send_due(shop, now) == 1
    html = left(shop)
    assert [part for part in ("Änne &lt;3", "of nowhere", "Candles!", "Salut", "4,99", "19. Januar 2026") if part not in html] == []
    for key, value in {"first_name": "Zoe", "city": "Wien", "topic.candles": False, "locale": "en"}.items():
        learn(workspace=shop, facts=[NewFact(ann, key, value, "form", now)], now=now)
    save_products(workspace=shop, products=[NewProduct("tea", "Dear tea", 999, "GBP", 0)], now=now)
    Perk.within(shop).update(expires_at=None, worth=1)
    actions.save_message(workspace=shop, name="rich", source=RICH.replace("Dear", "Hi"), now=now)
    assert web_version(shop, planned) == html
    [plain] = actions.plan(workspace=shop, deliveries=[delivery(ann, message=None, turn="own", text="Yours", subject="Re: hello")], now=now)
    assert tasks.send_due(shop, now) == 1
    assert web_version(shop, plain) == left(shop)
    assert Delivery.within(shop).get(pk=plain).said == '[0,"en","AT"]'
