"""People are looked up only where the way of their run asks about them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.engage.runs import tasks

pytestmark = pytest.mark.django_db(transaction=True)

WAITS = """
dialogue: waits
purpose: promotions
audience: everyone
turns:
  first: {wait: 1d, then: second}
  second: {wait: 1d, then: fork}
  fork: {branch: [{when: {person.vip: true}, then: last}, {otherwise: end}]}
  last: {say: hello, listen: [{silence: 1d, then: end}]}
"""


def looked_up(shop, after):
    with CaptureQueriesContext(connection) as asked:
        moved = tasks.wake(shop.workspace, shop.now + after)
    return moved, [one["sql"] for one in asked if "people_fact" in one["sql"] or "people_identifier" in one["sql"]]


def test_those_who_only_wait_are_not_looked_up_and_those_at_a_fork_are(shop):
    vip, other = shop.add_people(2)
    shop.segment("everyone", [vip, other])
    shop.know("vip", [vip], value=True)
    shop.dialogue(WAITS)
    shop.turn()
    assert looked_up(shop, timedelta(days=1)) == (2, [])
    assert [shop.where(one) for one in (vip, other)] == ["second", "second"]
    moved, asked = looked_up(shop, timedelta(days=2))
    assert (moved, bool(asked)) == (2, True)
    assert [shop.where(one) for one in (vip, other)] == ["last", "ended: end"]
    shop.adds_up()
