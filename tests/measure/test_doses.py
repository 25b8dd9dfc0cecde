# ruff: noqa: RUF001
"""The smallest perk that works: named when it does not lose, and sure only when the numbers say so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.measure.doses.rules import Dose, margin, smallest
from duologue.measure.lift.rules import rate_difference
from duologue.measure.reports.queries import report
from tests.engage.runs.conftest import shop

__all__ = ["shop"]


def tried(*numbers):
    offers = ("", "five-percent", "ten-percent")[3 - len(numbers) :]
    return [
        Dose(offer or "news", offer, (0, float(n)), people, reached)
        for n, (offer, (people, reached)) in enumerate(zip(offers, numbers, strict=True))
    ]


@pytest.mark.parametrize(
    ("numbers", "offer", "is_sure", "sentence"),
    [
        (((9000, 300), (9000, 900), (9000, 905)), "five-percent", True, "Five percent is the smallest that works: 10.0 in 100 reached the goal, with ten percent 10.1; the difference lies between −0.9 and 0.8 per 100."),
        (((200, 2), (200, 20), (200, 24)), "five-percent", False, "Five percent is the smallest that does not lose so far, but it may still do worse than ten percent: the difference lies between −8.3 and 4.2 per 100; about 5,000 more people will tell."),
        (((2000, 40), (2000, 60), (2000, 200)), "ten-percent", True, "Only ten percent works: 10.0 in 100 reached the goal, 7.0 more than with five percent (between 5.5 and 8.5)."),
        (((9000, 900), (9000, 900), (9000, 890)), "", True, "No perk is the smallest that works: 10.0 in 100 reached the goal, with five percent 10.0; the difference lies between −0.9 and 0.9 per 100."),
        (((0, 0), (20, 1), (0, 0)), None, False, "Nothing can be said yet: too few ways have been gone."),
    ],
)  # fmt: skip
def test_what_an_experiment_with_perks_tells(numbers, offer, is_sure, sentence):
    found = smallest(tried(*numbers))
    assert (found.dose.offer if found.dose else None, found.is_sure, found.sentence) == (offer, is_sure, sentence)


@given(ways=st.lists(st.tuples(st.integers(1, 3000), st.floats(0, 1)), min_size=2, max_size=5))
def test_none_that_is_named_loses_and_all_that_are_smaller_do(ways):
    doses = [Dose(str(n), str(n), (n, 0.0), people, int(people * share)) for n, (people, share) in enumerate(ways)]
    found = smallest(doses)
    place = doses.index(found.dose)
    assert all(rate_difference(found.dose.arm, one.arm).high >= 0 for one in doses[place + 1 :])
    for n, one in enumerate(doses[:place]):
        assert any(rate_difference(one.arm, other.arm).high < 0 for other in doses[n + 1 :])
    if found.is_sure and place < len(doses) - 1:
        assert all(rate_difference(found.dose.arm, one.arm).low >= -margin(one) for one in doses[place + 1 :])


DOSED = """
dialogue: dosed
purpose: promotions
audience: everyone
goal: {event: Order Completed, then: stay}
turns:
  dose: {experiment: {arms: [{share: 20%, then: news}, {share: 40%, then: small}, {share: 40%, then: large}]}}
  news: {say: hello, listen: [{silence: 9d, then: end}]}
  small: {give: five, say: gift, listen: [{silence: 9d, then: end}]}
  large: {give: ten, say: gift, listen: [{silence: 9d, then: end}]}
"""


@pytest.mark.django_db(transaction=True)
def test_the_report_of_a_dialogue_that_doses_names_the_smallest(shop):
    people = shop.add_people(40)
    shop.segment("everyone", people)
    shop.offer("ten", worth="10%")
    shop.offer("five", worth="5%")
    shop.dialogue(DOSED)
    shop.turn()
    shop.happen("Order Completed", [person for person in people if shop.where(person) == "large"], {"revenue": 9})
    shop.turn()
    found = report(shop.workspace, "dosed", shop.now)["doses"]["dose"]
    ways = {then: (way["offer"], way["people"], way["reached"]) for then, way in found["ways"].items()}
    assert sum(people for _, people, _ in ways.values()) == 40
    assert [(offer, reached > 0) for offer, _, reached in ways.values()] == [("", False), ("five", False), ("ten", True)]
    assert (found["smallest"], found["sure"]) == ("ten", True)
    assert found["sentence"].startswith("Only ten works: 100.0 in 100 reached the goal")
