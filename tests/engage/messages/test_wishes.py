"""What a person wished on the preference page holds at the gate: how often at most, and when."""

from datetime import timedelta

import pytest

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import Book, Commitment
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Delivery
from duologue.people.consent.actions import wish
from duologue.people.consent.queries import wishes
from duologue.people.consent.rules import Wishes


def planned(shop):
    return list(Delivery.within(shop).order_by("pk").values_list("state", "reason"))


def test_a_promotion_a_week_is_enough_for_whoever_says_so(shop, person, delivery, now):
    ann, ben = person(1), person(2)
    wish(workspace=shop, profile_id=ann, profiles=[ann], pace_days=7, hours="", now=now)
    actions.plan(workspace=shop, deliveries=[delivery(one, seq=seq) for one in (ann, ben) for seq in (1, 2)], now=now)
    tasks.send_due(shop, now)
    assert planned(shop) == [("accepted", ""), ("withheld", "too_late_cap"), ("accepted", ""), ("accepted", "")]


def test_what_is_no_promotion_is_not_put_off(shop, person, delivery, now):
    ann = person(1)
    wish(workspace=shop, profile_id=ann, profiles=[ann], pace_days=30, hours="18:00-22:00", now=now)
    service = {"kind": "service", "purpose": "orders", "basis": "contract"}
    actions.plan(workspace=shop, deliveries=[delivery(ann), delivery(ann, seq=2, **service), delivery(ann, seq=3, **service)], now=now)
    tasks.send_due(shop, now)
    assert [state for state, _ in planned(shop)] == ["queued", "accepted", "accepted"]


@pytest.mark.parametrize(
    ("hours", "window", "hour", "day"),
    [
        ("18:00-22:00", "", 18, 0),
        ("18:00-22:00", "17:00-19:00", 18, 0),
        ("07:00-12:00", "11:00-19:00", 11, 1),
        ("Sa-Su 09:00-20:00", "", 9, 5),
        ("18:00-22:00", "09:00-17:00", 18, 0),
    ],
)
def test_it_comes_when_it_suits_the_person(shop, person, delivery, now, hours, window, hour, day):
    """Noon on a Monday. Where the dialogue's window and the person's never meet, the person's holds."""
    ann = person(1)
    wish(workspace=shop, profile_id=ann, profiles=[ann], pace_days=0, hours=hours, now=now)
    late = now + timedelta(days=14)
    actions.plan(workspace=shop, deliveries=[delivery(ann, window=window, too_late_at=late)], now=now)
    tasks.send_due(shop, now)
    waiting = Delivery.within(shop).get()
    assert (waiting.state, waiting.due_at) == ("queued", now.replace(hour=hour) + timedelta(days=day))


def test_the_latest_wish_takes_the_place_of_the_earlier_on_all_profiles(shop, person, now):
    ann, other = person(1), person(2)
    wish(workspace=shop, profile_id=ann, profiles=[ann], pace_days=30, hours="18:00-22:00", now=now)
    assert wishes(shop, [ann, other]) == {ann: Wishes(30, "18:00-22:00")}
    wish(workspace=shop, profile_id=other, profiles=[other, ann], pace_days=7, hours="", now=now)
    assert wishes(shop, [ann, other]) == {other: Wishes(7, "")}
    wish(workspace=shop, profile_id=other, profiles=[other, ann], pace_days=0, hours="", now=now)
    assert wishes(shop, [ann, other]) == {}


def test_what_the_brand_commits_itself_to_is_kept(shop, person, delivery, now):
    """Noon on a Monday. No turn's own window goes round it, and service messages do not count."""
    kept = (
        Commitment("Two letters a month", at_most=2, within="30d"),
        Commitment("Never in the morning", window="13:00-20:00"),
        "Friendly",
    )
    save_book(workspace=shop, book=Book(name="Shop", commitments=kept), now=now)
    ann, late = person(1), now + timedelta(days=60)
    service = {"kind": "service", "purpose": "orders", "basis": "contract"}
    planned = [delivery(ann, seq=seq, window="always", too_late_at=late) for seq in (1, 2, 3)]
    actions.plan(workspace=shop, deliveries=[*planned, delivery(ann, seq=4, **service)], now=now)
    tasks.send_due(shop, now)
    assert list(Delivery.within(shop).order_by("pk").values_list("state", "due_at")) == [("queued", now + timedelta(hours=1))] * 3 + [
        ("accepted", now)
    ]
    tasks.send_due(shop, now + timedelta(hours=1))
    assert [state for state, _ in Delivery.within(shop).order_by("pk").values_list("state", "due_at")] == [
        "accepted",
        "accepted",
        "queued",
        "accepted",
    ]
    assert Delivery.within(shop).get(state="queued").due_at == now + timedelta(days=30, hours=1)
