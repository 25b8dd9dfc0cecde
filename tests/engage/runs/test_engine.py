import pytest

from duologue.engage.models import Delivery, KeptMail, RunStep
from duologue.engage.runs import actions, queries
from duologue.strategize.segments.actions import save_segment

pytestmark = pytest.mark.django_db(transaction=True)

TWO = """
dialogue: two
purpose: promotions
audience: everyone
turns:
  first:
    say: hello
    listen:
      - {clicked: any, then: gift}
      - {silence: 3d, then: second}
  second: {say: again, listen: [{clicked: any, then: gift}, {silence: 2d, then: end}]}
  gift: {say: gift, listen: [{silence: 1d, then: end}]}
"""


def test_silence_leads_on_and_ends(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    row = shop.dialogue(TWO)
    shop.turn()
    assert shop.where(someone) == "first"
    assert shop.states() == {"accepted": 1}
    shop.advance(days=2, hours=23)
    assert shop.where(someone) == "first"
    shop.advance(hours=2)
    assert shop.where(someone) == "second"
    shop.advance(days=3)
    assert shop.where(someone) == "ended: end"
    assert shop.states() == {"accepted": 2}
    assert KeptMail.within(shop.workspace).count() == 2
    steps = RunStep.within(shop.workspace).order_by("seq").values_list("turn", "heard", "then")
    assert list(steps) == [("first", "silence: 3d", "second"), ("second", "silence: 2d", "end")]
    assert queries.people_of(shop.workspace, row.pk)["ended"] == {"end": 1}
    shop.adds_up()


def test_a_click_judged_human_moves_the_run_and_others_do_not(shop):
    machine, footer, human = shop.add_people(3)
    shop.segment("everyone", shop.people)
    shop.dialogue(TWO)
    shop.turn()
    shop.click(machine, "first", human="false")
    shop.click(footer, "first", footer=True)
    shop.click(human, "first")
    shop.turn()
    assert [shop.where(n) for n in (machine, footer, human)] == ["first", "first", "gift"]
    shop.adds_up()


def test_a_response_to_an_earlier_turn_counts(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(TWO)
    shop.turn()
    shop.advance(days=3, hours=1)
    assert shop.where(someone) == "second"
    shop.click(someone, "first")
    shop.turn()
    assert shop.where(someone) == "gift"


def test_without_consent_nobody_is_started_and_with_it_later_they_are(shop):
    (someone,) = shop.add_people(1, consent=False)
    shop.segment("everyone", [someone])
    row = shop.dialogue(TWO)
    shop.turn()
    assert queries.people_of(shop.workspace, row.pk)["not_started"] == {"no_consent": 1}
    shop.state([someone], "granted")
    shop.turn()
    assert shop.where(someone) == "first"
    assert queries.people_of(shop.workspace, row.pk) == {"considered": 1, "held_out": 0, "not_started": {}, "under_way": 1, "ended": {}}
    shop.adds_up()


def test_withdrawal_while_waiting_withholds_the_next_message_and_ends_the_run(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(TWO)
    shop.turn()
    shop.state([someone], "withdrawn")
    shop.advance(days=4)
    assert shop.where(someone) == "ended: withheld: no_consent"
    assert shop.states() == {"accepted": 1, "withheld no_consent": 1}
    shop.adds_up()


def test_goal_comes_first_and_ends_the_run(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(TWO.replace("turns:", "goal: {event: Order Completed, within: 30d, value: revenue}\nturns:"))
    shop.turn()
    shop.happen("Order Completed", [someone], {"order_id": "A1", "revenue": 20})
    shop.turn()
    assert shop.where(someone).startswith("ended: goal")
    shop.advance(days=10)
    assert Delivery.within(shop.workspace).count() == 1
    shop.adds_up()


def test_a_paused_dialogue_says_nothing_until_it_is_resumed(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(TWO)
    shop.turn()
    actions.pause(workspace=shop.workspace, name="two", because="a mistake in the offer", now=shop.now)
    shop.advance(days=5)
    assert (shop.where(someone), shop.states()) == ("first", {"accepted": 1})
    actions.resume(workspace=shop.workspace, name="two", now=shop.now)
    shop.turn()
    assert (shop.where(someone), shop.states()) == ("second", {"accepted": 2})


def test_an_audience_that_was_never_counted_is_counted_before_the_start(shop):
    first, second = shop.add_people(2)
    shop.know("everyone", [first], value=True)
    source = "segment: everyone\nabout: For a test\nwhere: {{person.{}: true}}\n"
    save_segment(workspace=shop.workspace, name="everyone", source_yaml=source.format("everyone"), now=shop.now)
    shop.dialogue(TWO)
    assert shop.where(first) == "first"
    shop.know("else", [second], value=True)
    save_segment(workspace=shop.workspace, name="everyone", source_yaml=source.format("else"), now=shop.now)
    shop.dialogue(TWO.replace("dialogue: two", "dialogue: three"))
    assert shop.where(second) == "first"
    shop.turn()
    shop.adds_up()
