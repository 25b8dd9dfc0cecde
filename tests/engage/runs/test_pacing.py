"""How many begin: a pace lets an audience in bit by bit, and makes up for nothing at once."""

import pytest

from duologue.engage.runs import actions
from tests.engage.runs.saying import began, starts

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_pace_lets_an_audience_in_bit_by_bit_and_later_ones_too(shop):
    shop.add_people(40)
    shop.segment("everyone", shop.people[:30])
    text = "dialogue: all\npurpose: promotions\naudience: everyone\npace: {from: 10/day, doubling: 1d, to: 15/day}\n"
    shop.dialogue(text + "turns:\n  hello: {say: hello, listen: [{silence: 1d, then: end}]}\n")
    assert len(began(shop)) == 1
    counts = []
    for _ in range(3):
        shop.advance(hours=23, minutes=59)
        counts.append(len(began(shop)))
        shop.advance(minutes=1)
    assert counts == [10, 25, 30]
    shop.know("everyone", shop.people[30:], value=True)
    shop.turn()
    assert len(began(shop)) == 31
    shop.advance(days=1)
    assert len(began(shop)) == 40
    shop.adds_up()


PACED = """
dialogue: all
purpose: promotions
audience: everyone
PACE
turns:
  hello: {say: hello, listen: [{silence: 1d, then: end}]}
"""


def test_what_a_pace_did_not_use_is_not_let_in_at_once(shop):
    shop.add_people(200)
    shop.segment("everyone", shop.people[:1])
    shop.dialogue(PACED.replace("PACE", "pace: 48/day"))
    shop.advance(days=5)
    shop.know("everyone", shop.people, value=True)
    shop.turn()
    assert len(began(shop)) == 3
    shop.advance(hours=2)
    assert len(began(shop)) == 7
    actions.pause(workspace=shop.workspace, name="all", because="a test", now=shop.now)
    shop.advance(days=3)
    actions.resume(workspace=shop.workspace, name="all", now=shop.now)
    shop.turn()
    assert len(began(shop)) == 9
    shop.advance(hours=1)
    assert len(began(shop)) == 11


def test_a_pace_does_not_rise_while_nobody_begins(shop):
    shop.add_people(60)
    shop.segment("everyone", shop.people[:1])
    shop.dialogue(PACED.replace("PACE", "pace: {from: 24/day, doubling: 1d, to: 2400/day}"))
    shop.advance(days=8)
    shop.know("everyone", shop.people, value=True)
    shop.turn()
    assert len(began(shop)) == 3


def test_a_version_that_adds_a_pace_counts_from_then_on(shop):
    shop.add_people(60)
    shop.segment("everyone", shop.people[:40])
    shop.dialogue(PACED.replace("PACE\n", ""))
    shop.advance(days=2)
    shop.dialogue(PACED.replace("PACE", "pace: 24/day"), start=False)
    shop.know("everyone", shop.people, value=True)
    shop.turn()
    assert len(began(shop)) == 41
    shop.advance(hours=3)
    assert len(began(shop)) == 44
    shop.dialogue(PACED.replace("PACE", "pace: 24/day").replace("silence: 1d", "silence: 2d"), start=False)
    shop.turn()
    assert len(began(shop)) == 44
    shop.advance(hours=2)
    assert len(began(shop)) == 46


def test_a_broadcast_may_keep_a_pace(shop):
    shop.add_people(30)
    shop.segment("everyone", shop.people)
    starts(shop, '{at: "2026-01-06 00:00"}', "audience: everyone\npace: 24/day")
    shop.advance(hours=12)
    assert len(began(shop)) == 1
    shop.advance(hours=23)
    assert len(began(shop)) == 24
    shop.advance(hours=24)
    assert len(began(shop)) == 30
    shop.adds_up()
