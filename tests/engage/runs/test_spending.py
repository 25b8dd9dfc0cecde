"""Whom the money, the places and the perks suffice for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.engage.models import Delivery, Perk
from duologue.engage.runs import actions, queries
from duologue.strategize.guardrails.actions import set_guardrails
from duologue.strategize.guardrails.rules import read_guardrails
from tests.engage.runs.saying import began

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_begins_any_more_once_the_money_is_spent(shop):
    first, later = shop.add_people(2)
    shop.segment("everyone", [first])
    shop.offer("ten", cost=500)
    text = "dialogue: gives\npurpose: promotions\naudience: everyone\nspend: 5 GBP\n"
    row = shop.dialogue(text + "turns:\n  gift: {give: ten, say: gift, listen: [{silence: 5d, then: end}]}\n")
    shop.turn()
    shop.know("everyone", [later], value=True)
    shop.turn()
    assert began(shop) == [first]
    assert queries.people_of(shop.workspace, row.pk)["not_started"] == {"spent": 1}
    shop.adds_up()


GIVES = """
dialogue: gives
purpose: promotions
audience: everyone
spend: 10 GBP
turns:
  gift: {give: ten, say: gift, listen: [{silence: 5d, then: end}]}
"""


@pytest.mark.parametrize("at_once", [1, 4, 1000])
def test_the_money_is_never_passed_by_those_who_begin(shop, monkeypatch, at_once):
    shop.add_people(9)
    shop.segment("everyone", shop.people)
    shop.offer("ten", cost=500)
    monkeypatch.setattr("duologue.engage.runs.timetable.AT_ONCE", at_once)
    row = shop.dialogue(GIVES)
    assert began(shop) == shop.people[:2]
    assert Perk.within(shop.workspace).count() == 0
    shop.turn()
    shop.advance(days=1)
    assert queries.people_of(shop.workspace, row.pk)["not_started"] == {"spent": 7}
    assert Perk.within(shop.workspace).count() == 2
    shop.adds_up()


def test_the_number_of_queries_does_not_grow_with_people_where_the_money_suffices(shop):
    def queries_for(count, name):
        shop.segment(name, shop.add_people(count))
        shop.dialogue(GIVES.replace("dialogue: gives", f"dialogue: {name}").replace("everyone", name), start=False)
        with CaptureQueriesContext(connection) as found:
            assert actions.start_dialogue(workspace=shop.workspace, name=name, now=shop.now) == count
        return len(found)

    shop.offer("ten", cost=10)
    queries_for(1, "none")
    assert queries_for(1, "first") == queries_for(70, "second")


def test_where_there_is_room_for_one_the_dialogue_of_the_first_rank_has_it(shop):
    (one,) = shop.add_people(1)
    shop.segment("everyone", [one])
    set_guardrails(
        workspace=shop.workspace, guardrails=read_guardrails("caps: [{at_most: 1, within: 7d}]\n", "guardrails.yaml"), now=shop.now
    )
    text = "dialogue: {}\npurpose: promotions\naudience: everyone\nrank: {}\nturns:\n  hello: {{say: hello, listen: [{{silence: 1d, then: end}}]}}\n"
    for name, rank in (("minor", 7), ("plain", 5), ("major", 1)):
        shop.dialogue(text.format(name, rank))
    shop.turn()
    assert list(Delivery.within(shop.workspace).filter(state="accepted").values_list("dialogue__name", flat=True)) == ["major"]


def test_where_none_of_an_offer_is_left_another_is_given_in_its_place(shop):
    one, two, three = shop.add_people(3)
    shop.segment("everyone", shop.people)
    shop.offer("large", limits={"all": 1}, instead="small")
    shop.offer("small", limits={"all": 1}, instead="large")
    text = "dialogue: gives\npurpose: promotions\naudience: everyone\nturns:\n"
    shop.dialogue(text + "  gift: {give: large, say: gift, listen: [{withheld: perk_gone, then: end}, {silence: 5d, then: end}]}\n")
    shop.turn()
    perks = Perk.within(shop.workspace).order_by("profile_id").values_list("profile_id", "offer__name", "state")
    assert list(perks) == [(one, "large", "issued"), (two, "small", "issued")]
    assert [shop.where(person) for person in (one, two, three)] == ["gift", "gift", "ended: end"]
    assert set(shop.run(two).data["perk"]) == {"large", "small"}
    shop.adds_up()
