"""A turn's `only_if` is asked on arrival, and once more when its message is about to leave."""

import pytest

from duologue.engage.models import KeptMail, RunStep

pytestmark = pytest.mark.django_db(transaction=True)

AT_NIGHT = """
dialogue: night
purpose: promotions
audience: everyone
turns:
  offer:
    say: hello
    window: "22:00-23:00"
    only_if: {person.stock: {over: 0}}
    otherwise: sorry
    listen: [{clicked: any, then: end}, {silence: 1d, then: last}]
  sorry: {say: again, listen: [{silence: 1d, then: end}]}
  last: {say: last, listen: [{silence: 1d, then: end}]}
"""


@pytest.fixture
def waiting(shop):
    """Two people whose message was planned at noon, while there was stock, and waits for the evening."""
    shop.add_people(2)
    shop.segment("everyone", shop.people)
    shop.know("stock", shop.people, 5)
    shop.dialogue(AT_NIGHT)
    shop.turn()
    assert shop.states() == {"queued window": 2}
    return shop


def test_what_no_longer_holds_at_hand_over_is_not_said_and_the_run_goes_otherwise(waiting):
    kept, changed = waiting.people
    waiting.know("stock", [changed], 0)
    waiting.advance(hours=11)
    assert [waiting.where(n) for n in (kept, changed)] == ["offer", "sorry"]
    assert waiting.states() == {"accepted": 2, "withheld only_if": 1}
    assert KeptMail.within(waiting.workspace).count() == 2
    steps = RunStep.within(waiting.workspace).values_list("turn", "heard", "then")
    assert list(steps) == [("offer", "only_if", "sorry")]
    waiting.adds_up()


def test_without_otherwise_the_run_goes_on_as_if_silent_at_once(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.know("stock", [someone], 5)
    shop.dialogue(AT_NIGHT.replace("    otherwise: sorry\n", "").replace("  sorry: {say: again, listen: [{silence: 1d, then: end}]}\n", ""))
    shop.turn()
    shop.know("stock", [someone], 0)
    shop.advance(hours=11)
    assert shop.where(someone) == "last"
    shop.adds_up()


def test_a_condition_may_ask_what_was_done_and_how_the_run_began(shop):
    buyer, other = shop.add_people(2)
    shop.segment("everyone", shop.people)
    condition = "{not: {did: {event: Order Completed, within: 1d}}, start.basket: {over: 10}}"
    shop.dialogue(AT_NIGHT.replace("audience: everyone", "starts: {event: Basket Left}").replace("{person.stock: {over: 0}}", condition))
    shop.happen("Basket Left", shop.people, {"basket": 20})
    shop.turn()
    shop.happen("Order Completed", [buyer], {"order_id": "1"})
    shop.advance(hours=11)
    assert [shop.where(n) for n in (buyer, other)] == ["sorry", "offer"]


def test_a_run_that_went_on_is_not_moved_but_nothing_is_said_that_no_longer_holds(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.know("stock", [someone], 5)
    listens = "    otherwise: sorry\n    listen: [{clicked: any, then: end}, {silence: 1d, then: last}]\n"
    shop.dialogue(
        AT_NIGHT.replace(listens, "    otherwise: sorry\n    then: pause\n").replace(
            "  sorry:", "  pause: {wait: 3d, then: last}\n  sorry:"
        )
    )
    shop.turn()
    shop.know("stock", [someone], 0)
    shop.advance(hours=11)
    assert (shop.where(someone), shop.states()) == ("pause", {"withheld only_if": 1})
