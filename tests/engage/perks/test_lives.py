"""The life of each kind of offer, from being given to its end, as the timeline tells it and dialogues hear it."""

from datetime import timedelta

import pytest

from duologue.engage.models import Perk, Run
from duologue.engage.perks import balances, lives, queries
from duologue.engage.perks.liability import liability
from duologue.engage.perks.personal import PerkData
from duologue.engage.perks.redeeming import redeem
from duologue.people.models import Event
from duologue.platform.audit.models import AuditEntry
from duologue.strategize.models import Offer

pytestmark = pytest.mark.django_db(transaction=True)

GIVES = """
dialogue: gives
purpose: promotions
audience: everyone
turns:
  gift: {give: OFFER, say: gift, listen: [{silence: 90d, then: end}]}
"""


def given(shop, offer="x", **terms):
    """One person was given an offer by a dialogue."""
    (person,) = shop.add_people(1)
    shop.segment("everyone", [person])
    shop.offer(offer, **terms)
    shop.dialogue(GIVES.replace("OFFER", offer))
    shop.turn()
    return person


def told(shop):
    return list(
        Event.within(shop.workspace).filter(name__regex="^(Perk|Trial) ").order_by("occurred_at", "id").values_list("name", flat=True)
    )


def perk(shop):
    return Perk.within(shop.workspace).get()


def test_a_trial_begins_when_given_ends_and_is_remembered_as_custom(shop):
    person = given(shop, kind="trial", worth="", lasts="14d", cost=300, converts={"event": "Subscription Started"})
    assert (perk(shop).state, perk(shop).expires_at - perk(shop).begun_at) == ("begun", timedelta(days=14))
    assert redeem(workspace=shop.workspace, code=perk(shop).code, order="account 7", now=shop.now).ok
    shop.advance(days=14)
    assert perk(shop).state == "ended"
    assert redeem(workspace=shop.workspace, code=perk(shop).code, order="account 8", now=shop.now).reason == "This trial is over."
    shop.happen("Order Completed", [person])
    shop.turn()
    assert perk(shop).state == "ended"
    shop.happen("Subscription Started", [person], {"order_id": "S1"})
    shop.happen("Subscription Started", [person], {"order_id": "S2"})
    shop.turn()
    assert perk(shop).state == "converted"
    assert told(shop) == ["Perk Issued", "Trial Begun", "Perk Redeemed", "Trial Ended", "Trial Converted"]
    assert queries.unbalanced(shop.workspace) == []
    assert queries.next_expiry(shop.workspace) is None


def test_a_trial_may_begin_when_it_is_redeemed_and_a_late_order_is_no_conversion(shop):
    person = given(shop, kind="trial", worth="", lasts="14d", begins="redeemed")
    assert (perk(shop).state, perk(shop).expires_at) == ("issued", None)
    shop.advance(days=20)
    assert redeem(workspace=shop.workspace, code=perk(shop).code, order="account 7", now=shop.now).ok
    assert (perk(shop).state, perk(shop).expires_at) == ("begun", shop.now + timedelta(days=14))
    shop.advance(days=14 + 8)
    shop.happen("Order Completed", [person])
    shop.turn()
    assert perk(shop).state == "ended"
    assert told(shop) == ["Perk Issued", "Perk Redeemed", "Trial Begun", "Trial Ended"]


@pytest.mark.parametrize("way", ["given", "redeemed", "at the till"])
def test_the_order_that_redeems_a_trial_turns_nothing_into_custom(shop, way):
    begins = "given" if way == "given" else "redeemed"
    person = given(shop, kind="trial", worth="", lasts="14d", begins=begins)
    shop.advance(days=1)
    order = {"order_id": "A1", "revenue": 0}
    if way == "at the till":
        assert redeem(workspace=shop.workspace, code=perk(shop).code, order="A1", now=shop.now).ok
        shop.advance(hours=1)
    else:
        order |= {"coupon": perk(shop).code, **({"order_id": ""} if way == "given" else {})}
    shop.happen("Order Completed", [person], order)
    shop.turn()
    assert (perk(shop).state, perk(shop).redeemed_at is None) == ("begun", False)
    shop.advance(days=1)
    shop.happen("Order Completed", [person], {"order_id": "A2", "revenue": 20})
    shop.turn()
    assert perk(shop).state == "converted"


def test_an_order_pays_with_credit_only_what_it_says_in_the_brands_currency(shop):
    person = given(shop, kind="credit", worth="10 GBP")
    for number, discount in enumerate([{}, {"discount": 0}, {"discount": "some"}, {"discount": 4, "currency": "EUR"}]):
        shop.happen("Order Completed", [person], {"order_id": f"A{number}", "coupon": perk(shop).code, "revenue": 20, **discount})
        shop.turn()
        assert perk(shop).remaining == 1000
    told_staff = AuditEntry.objects.filter(workspace=shop.workspace, action="leave credit").order_by("pk")
    assert [one.detail["orders"] for one in told_staff] == [["A0"], ["A1"], ["A2"], ["A3"]]
    shop.happen("Order Completed", [person], {"order_id": "A4", "coupon": perk(shop).code, "discount": 4, "currency": "GBP"})
    shop.turn()
    assert perk(shop).remaining == 600


def test_a_tip_has_no_code_and_is_seen_by_a_click_of_a_human(shop):
    person = given(shop, kind="tip", code="", worth="", says="Warm the pot first.")
    assert (perk(shop).code, perk(shop).state, perk(shop).seen_at) == ("", "issued", None)
    shop.click(person, "gift", human="false")
    shop.turn()
    assert perk(shop).seen_at is None
    for _ in range(2):
        shop.click(person, "gift")
        shop.turn()
    assert perk(shop).seen_at == shop.now
    assert told(shop) == ["Perk Issued", "Perk Seen"]


def test_points_are_added_when_issued_and_lost_when_over(shop):
    person = given(shop, kind="points", code="", worth=50, lasts="365d")
    assert balances.balances(shop.workspace, [person], shop.now) == {"points": 50}
    shop.advance(days=365)
    assert balances.balances(shop.workspace, [person], shop.now) == {}
    assert balances.out_of_balance(shop.workspace) == []
    assert told(shop) == ["Perk Issued", "Perk Expired"]


def test_credit_is_used_up_bit_by_bit_and_what_expires_costs_nothing(shop):
    given(shop, kind="credit", worth="10 GBP", lasts="30d")
    code = perk(shop).code
    answers = [redeem(workspace=shop.workspace, code=code, order=order, worth=400, now=shop.now) for order in ("A1", "A1", "A2")]
    assert [(one.ok, one.worth, one.left) for one in answers] == [(True, 400, 600), (True, 400, 600), (True, 400, 200)]
    shop.advance(days=30)
    assert (perk(shop).state, perk(shop).cost, perk(shop).remaining) == ("expired", 800, 0)
    assert redeem(workspace=shop.workspace, code=code, order="A3", now=shop.now).reason == "This code is over."
    assert queries.unbalanced(shop.workspace) == balances.out_of_balance(shop.workspace) == []


@pytest.mark.parametrize("kind", ["discount", "gift", "apology"])
def test_what_has_a_code_is_redeemed_once_or_withdrawn_with_a_reason(shop, kind):
    given(shop, kind=kind, worth="8 GBP")
    assert lives.withdraw(workspace=shop.workspace, perks=[perk(shop).pk] * 2, reason="Given twice by mistake", now=shop.now) == 1
    assert lives.withdraw(workspace=shop.workspace, perks=[perk(shop).pk], reason="again", now=shop.now) == 0
    assert redeem(workspace=shop.workspace, code=perk(shop).code, order="A1", now=shop.now).reason == "This code was withdrawn."
    assert (perk(shop).reason, perk(shop).cost) == ("Given twice by mistake", 0)
    assert Event.within(shop.workspace).get(name="Perk Withdrawn").properties["reason"] == "Given twice by mistake"
    assert queries.unbalanced(shop.workspace) == []


@pytest.mark.parametrize(
    ("terms", "kept"), [({"kind": "gift", "worth": "8 GBP", "lasts": "30d"}, 0), ({"kind": "credit", "worth": "10 GBP"}, 400)]
)
def test_what_is_open_of_whoever_is_erased_is_owed_no_longer(shop, terms, kept):
    person = given(shop, **terms)
    if kept:
        assert redeem(workspace=shop.workspace, code=perk(shop).code, order="A1", worth=kept, now=shop.now).ok
    assert [one.perks for one in liability(shop.workspace, shop.now)] == [1]
    before = told(shop)
    PerkData().erase(workspace=shop.workspace, profiles=[person], now=shop.now)
    assert (perk(shop).state, perk(shop).remaining, perk(shop).cost, perk(shop).code) == ("withdrawn", 0, kept, "")
    assert liability(shop.workspace, shop.now) == []
    assert Offer.within(shop.workspace).values_list("given", "spent").get() == (1, kept)
    assert queries.unbalanced(shop.workspace) == balances.out_of_balance(shop.workspace) == []
    shop.advance(days=31)
    assert told(shop) == before


HEARS = """
dialogue: hears
purpose: promotions
starts: {event: Perk Issued, where: {offer: x}}
turns:
  near: {wait: {until: start.expires_at, before: 3d, at: "10:00"}, then: remind}
  remind:
    say: last
    listen:
      - {event: Perk Expired, where: {offer: x}, then: end}
      - {silence: 9d, then: end}
"""


def test_a_dialogue_starts_when_a_perk_is_given_reminds_and_hears_its_end(shop):
    shop.dialogue(HEARS)
    person = given(shop, lasts="14d")
    run = Run.within(shop.workspace).get(dialogue__name="hears")
    assert (run.person, run.turn) == (person, "near")
    shop.advance(days=11)
    assert shop.delivery(person, "remind").state == "accepted"
    shop.advance(days=4)
    run.refresh_from_db()
    assert (run.under_way, perk(shop).state) == (False, "expired")
    shop.adds_up()
