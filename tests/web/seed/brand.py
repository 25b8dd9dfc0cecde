# ruff: noqa: RUF001
"""Who speaks: the brand book, a persona, what may be sent and by which ways, and the catalogue."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.brand.book.models import BookVersion
from duologue.brand.catalogue.actions import save_products, take_out
from duologue.brand.catalogue.models import Feed
from duologue.brand.catalogue.rules import NewProduct
from duologue.brand.personas.actions import take_persona
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.engage.conversations.models import Team
from duologue.people.consent.actions import save_purpose
from duologue.strategize.guardrails.actions import take_guardrails

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

PERSONA = """\
persona: gift-giver
title: The gift-giver
about: Buys for others, late, and wants it to look as if early.
wants: [to be thanked]
needs: [wrapping]
media: [radio]
segment: lapsed-good-customers
"""
GUARDRAILS = """\
# what nobody should have to bear
caps:
  - {channel: email, at_most: 2, within: 7d}
window: "Mo-Sa 08:00-21:00"
"""


def brand(workspace: Workspace, now) -> None:
    data = {
        "name": "Holt & Wren",
        "value": "Things made within a day’s walk, by people we know.",
        "promise": "Something nobody else has",
        "promises": [{"name": "something-nobody-else-has", "says": "One of a kind", "proof": "Every maker is named on the label."}],
        "voice": "Warm, plain, exact. Never in a hurry.",
        "commitments": [
            "An answer within four hours",
            {"says": "Never more than two letters a week", "at_most": 2, "within": "7d", "channel": "email"},
        ],
        "look": {"colours": {"main": "#1f4d3a", "paper": "#faf6ee", "accent": "#b4531f"}, "font": "Newsreader"},
        "senders": {"email": {"name": "Imogen at Holt & Wren", "address": "imogen@shop.example"}},
        "footer": "Holt & Wren Ltd, 3 Broad Street, Ludlow",
    }
    BookVersion._rows.create(workspace=workspace, number=1, data=data, since=now)
    take_persona(workspace=workspace, name="gift-giver", source=PERSONA, now=now)
    catalogue(workspace, now)
    for name, basis in (("promotions", "consent"), ("bookings", "contract"), ("service", "confirmation")):
        save_purpose(workspace=workspace, name=name, title=name.capitalize(), about=f"What we send for {name}.", basis=basis)
    save_relay(workspace=workspace, name="letterbox", kind="mailbox")
    save_relay(workspace=workspace, name="post-office", kind="smtp", settings={"host": "smtp.shop.example", "port": 587})
    Relay.within(workspace).filter(name="post-office").update(trouble="451 try later, said the server three times", resting_until=now)
    Team._rows.create(workspace=workspace, name="care", emails=["care@shop.example"])
    take_guardrails(workspace=workspace, source=GUARDRAILS, now=now)


def catalogue(workspace: Workspace, now) -> None:
    """Products with a price that fell, one that came back, one that is gone, and a feed that was half empty the last time."""
    shop = "https://shop.example"
    for days, price, stock in ((40, 1500, 9), (3, 1250, 0), (1, 1250, 7)):
        candles = [NewProduct(f"P-{n}", f"Beeswax candle no. {n}", price, "GBP", stock * n, "", f"{shop}/candle-{n}") for n in range(3)]
        save_products(workspace=workspace, products=candles, now=now - timedelta(days=days))
    jug = NewProduct("J-1", "Stoneware jug", 4250, "GBP", 3, f"{shop}/jug.jpg", f"{shop}/jug")
    save_products(
        workspace=workspace,
        products=[jug, NewProduct("B-9", "Birch brush", 900, "GBP", variant_of="BRUSH"), NewProduct("OLD", "Tin", 1, "GBP")],
        now=now,
    )
    take_out(workspace=workspace, keys=["OLD"], now=now)
    Feed._rows.create(
        workspace=workspace,
        name="google",
        address=f"{shop}/export/google-merchant.xml",
        every=360,
        next_at=now + timedelta(hours=1),
        tried_at=now - timedelta(minutes=20),
        taken_at=now - timedelta(hours=6),
        trouble="The feed names 2 products, the last one 412. Nothing was changed. If so many have really gone, take it all the same: "
        "duologue products fetch google --even-if-smaller",
        products=412,
        changed=9,
        gone=2,
        refused_count=2,
        refused=[[318, "The price 'on request' is not an amount such as 12.50 GBP."], [977, "The line has no key."]],
    )
