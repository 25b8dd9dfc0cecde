"""A word that many share is redeemed for the person who brings it."""

import pytest
from django.db import transaction

from duologue.engage.models import Perk
from duologue.engage.perks import queries
from duologue.engage.perks.claims import Claim
from duologue.engage.perks.follower import PerkFollower
from duologue.engage.perks.redeeming import redeem, redeem_all
from duologue.people.models import Profile
from duologue.people.timeline.actions import NewEvent, write
from tests.engage.perks.test_perks import NOW, ask, offer, people  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def spring(workspace, people):  # noqa: F811
    """Two people were given what SPRING stands for."""
    offer(workspace, "spring", code={"shared": "SPRING"})
    return [answer.perk for answer in ask(workspace, people[:2], "spring")]


def test_it_counts_for_the_person_who_was_given_it_once(workspace, people, spring):  # noqa: F811
    first, _, other = people[:3]

    def bring(order, person, word="spring"):
        answer = redeem(workspace=workspace, code=word, order=order, person=person, now=NOW)
        return answer.perk if answer.ok else answer.reason

    assert bring("A1", first) == spring[0]
    assert bring("A1", first, " Spr-ing ") == spring[0]
    assert bring("A2", first) == "This code has been redeemed already."
    assert bring("A3", None) == "This is a word that many share: say whose order it is."
    assert bring("A4", other) == "They were not given what this word stands for."
    assert bring("A5", other, "SUMMER") == "There is no such code."
    assert Perk.within(workspace).get(pk=spring[1]).state == "reserved"
    assert queries.unbalanced(workspace) == []


def test_who_was_given_it_twice_may_bring_it_twice(workspace, people, spring):  # noqa: F811
    (again,) = ask(workspace, people[:1], "spring")
    claims = [Claim("SPRING", order, person=people[0]) for order in ("A1", "A2", "A3")]
    answers = redeem_all(workspace=workspace, claims=claims, now=NOW)
    assert [(answer.ok, answer.perk) for answer in answers] == [(True, spring[0]), (True, again.perk), (False, spring[0])]


def test_it_counts_over_merged_profiles(workspace, people, spring):  # noqa: F811
    Profile.within(workspace).filter(pk=people[1]).update(person=people[4])
    assert redeem(workspace=workspace, code="SPRING", order="A1", person=people[4], now=NOW).perk == spring[1]


def test_an_order_with_the_word_redeems_it(workspace, people, spring):  # noqa: F811
    order = {"order_id": "A1", "revenue": 78.0, "discount": 5, "coupon": "spring"}
    with transaction.atomic():
        write(workspace=workspace, events=[NewEvent(people[1], NOW, "Order Completed", order)], now=NOW)
    while PerkFollower().follow(workspace=workspace, now=NOW):
        pass
    assert list(Perk.within(workspace).order_by("pk").values_list("state", "redeemed_for")) == [("reserved", ""), ("redeemed", "A1")]
