"""What an experiment settles on, and how often it is looked at."""

from datetime import timedelta
from itertools import pairwise

import pytest

from duologue.engage.models import Run
from duologue.engage.runs import queries
from tests.engage.runs.saying import began

pytestmark = pytest.mark.django_db(transaction=True)


TRIES = """
dialogue: tries
purpose: promotions
audience: everyone
goal: {event: Order Completed, within: 30d}
turns:
  try: {experiment: {arms: [{share: 50%, then: left}, {share: 50%, then: right}], settle: goal}}
  left: {say: hello, listen: [{silence: 20d, then: end}]}
  right: {say: again, listen: [{silence: 20d, then: end}]}
"""


def test_an_experiment_settles_on_what_reaches_the_goal_more_often(shop):
    shop.add_people(120)
    shop.segment("everyone", shop.people[:100])
    shop.dialogue(TRIES)
    shop.turn()
    at = dict(Run.within(shop.workspace).values_list("profile_id", "turn"))
    left = [person for person, turn in at.items() if turn == "left"]
    assert 30 < len(left) < 70
    shop.happen("Order Completed", left[: len(left) * 9 // 10], {"order_id": "1"})
    shop.advance(days=2)
    shop.know("everyone", shop.people[100:], value=True)
    shop.turn()
    late = Run.within(shop.workspace).filter(profile_id__in=shop.people[100:])
    assert set(late.values_list("turn", flat=True)) == {"left"}
    shop.adds_up()


def test_what_an_experiment_settled_on_ends_with_its_arms(shop):
    shop.add_people(140)
    shop.segment("everyone", shop.people[:100])
    row = shop.dialogue(TRIES)
    shop.turn()
    left = [person for person, turn in Run.within(shop.workspace).values_list("profile_id", "turn") if turn == "left"]
    shop.happen("Order Completed", left[: len(left) * 9 // 10], {"order_id": "1"})
    shop.advance(days=2)
    shop.dialogue(TRIES.replace("turns:", "rank: 3\nturns:"), start=False)
    shop.turn()
    assert queries.status(shop.workspace, row.pk)["calendar"]["settled"] == {"try": "left"}
    shop.dialogue(TRIES.replace("say: hello", "say: plain"), start=False)
    shop.turn()
    assert queries.status(shop.workspace, row.pk)["calendar"]["settled"] == {}
    shop.know("everyone", shop.people[100:], value=True)
    shop.advance(days=2)
    late = Run.within(shop.workspace).filter(profile_id__in=shop.people[100:])
    assert set(late.values_list("turn", flat=True)) == {"left", "right"}
    assert queries.status(shop.workspace, row.pk)["calendar"]["settled"] == {}
    shop.adds_up()


def test_looking_at_experiments_takes_nothing_from_a_pace(shop):
    shop.add_people(80)
    shop.segment("everyone", shop.people[:60])
    shop.dialogue(TRIES.replace("turns:", "pace: 24/day\nturns:"))
    shop.advance(days=20)
    assert len(began(shop)) == 60
    shop.know("everyone", shop.people[60:], value=True)
    shop.turn()
    assert len(began(shop)) == 61
    shop.advance(hours=10)
    assert len(began(shop)) == 71


def test_experiments_are_counted_once_a_day_also_while_a_broadcast_is_in_hand(shop, monkeypatch):
    counted = []
    monkeypatch.setattr("duologue.engage.runs.experiments.tried_in", lambda *of: counted.append(of[-1]) or {})
    shop.add_people(10)
    shop.segment("everyone", shop.people)
    shop.dialogue(TRIES.replace("turns:", 'pace: 24/day\nstarts: {every: FREQ=DAILY, at: "09:30"}\nagain: always\nturns:'))
    shop.advance(days=5)
    assert [round((after - before) / timedelta(days=1)) for before, after in pairwise(counted)] == [1, 1, 1, 1]
