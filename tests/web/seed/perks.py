"""Perks of every kind for one person of the filled workspace, codes that run out, and somebody who tries codes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.engage.messages.models import Delivery
from duologue.engage.perks import lives
from duologue.engage.perks.actions import PerkRequest, reserve
from duologue.engage.perks.models import PoolCode
from duologue.engage.perks.tries import BY_ONE, Trier, remember
from duologue.people.identifiers.models import SharedDevice
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.models import Offer
from duologue.strategize.offers.rules import read_offer

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

OFFERS = {
    "candle": "kind: gift\nworth: 12.50 GBP\nlasts: 30d\nsays: A beeswax candle with your next order.\nlimits: {each: 1}",
    "fifty-points": "kind: points\nworth: 50\nlasts: 365d\nsays: For your kind words.",
    "store-credit": "kind: credit\nworth: 10 GBP\nsays: To spend on whatever you like.",
    "wrapping-tip": "kind: tip\nsays: Two sheets of tissue paper keep a candle from sweating.",
    "box-on-trial": "kind: trial\nlasts: 30d\nsays: A month of the box, for nothing.",
    "spring": "kind: discount\nworth: 5 GBP\ncode: {pool: spring-codes.txt}\nlasts: 20d\nsays: On everything that grows.",
}


def perks_of(workspace: Workspace, now, persons: list[int]) -> None:
    for name, text in OFFERS.items():
        save_offer(workspace=workspace, offer=read_offer(f"offer: {name}\n{text}\n"), now=now)
    spring = Offer.within(workspace).get(name="spring")
    taken = [now - timedelta(hours=step) for step in range(1, 145)]
    PoolCode._rows.bulk_create(
        PoolCode(workspace=workspace, offer=spring, code=f"SPRING{n:04}", taken_at=at) for n, at in enumerate([*taken, *[None] * 213])
    )
    for name in OFFERS:
        given = persons if name == "candle" else persons[:1]
        perks = reserve(workspace=workspace, requests=[PerkRequest(name, person, person) for person in given], now=now)
        lives.issue(workspace=workspace, perks=[one.perk for one in perks], now=now)
        if name == "candle":
            letter = Delivery.within(workspace).filter(person=persons[0], state="accepted").order_by("pk").first()
            letter.body |= {"perks": {name: {"perk": perks[0].perk, "code": perks[0].code, "worth": perks[0].worth}}}
            letter.save()
    for person in persons[1:4]:
        SharedDevice._rows.create(workspace=workspace, device="kiosk-7", profile_id=person, first_seen_at=now)
    for _ in range(BY_ONE):
        remember(workspace=workspace, trier=Trier("key shop", "somebody"), now=now)
