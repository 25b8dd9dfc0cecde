"""What starts dialogues in the engine: what happens, hands, other dialogues, and who is left out."""

from email import message_from_bytes
from email.policy import default

import pytest

from duologue.engage.messages.actions import save_message
from duologue.engage.models import Admission, KeptMail, Run
from duologue.engage.runs import actions, queries
from tests.engage.runs.saying import SAYS, began, starts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("written", "event", "properties", "others"),
    [
        (
            "{granted: newsletter}",
            "Consent Granted",
            {"channel": "email", "purpose": "newsletter"},
            {"channel": "email", "purpose": "other"},
        ),
        ("{replied: praise}", "Message Replied", {"intent": "praise", "words": []}, {"intent": "no", "words": []}),
        ("{placement: spring-radio}", "Code Scanned", {"code": "x", "placement": "spring-radio"}, {"code": "x", "placement": "poster"}),
        ("{event: Friend Ordered, where: {first: true}}", "Friend Ordered", {"first": True}, {"first": False}),
    ],
)
def test_what_happens_starts_those_it_happens_to(shop, written, event, properties, others):
    one, two = shop.add_people(2)
    starts(shop, written)
    shop.happen(event, [one], properties)
    shop.happen(event, [two], others)
    shop.turn()
    assert began(shop) == [one]
    assert shop.run(one).data["start"]["event"] == event
    shop.adds_up()


def test_a_start_counts_for_those_in_the_audience(shop):
    one, two = shop.add_people(2)
    shop.segment("regulars", [one])
    starts(shop, "{replied: any}", "audience: regulars")
    shop.happen("Message Replied", [one, two], {"intent": "joke", "words": []})
    shop.turn()
    assert began(shop) == [one]


def test_somebody_starts_people_by_hand(shop):
    one, two, stranger = shop.add_people(3)
    shop.segment("regulars", [one, two])
    starts(shop, "{by_hand: true}", "audience: regulars", start=False)
    with pytest.raises(actions.NotPossible, match="not live"):
        actions.start_by_hand(workspace=shop.workspace, name="says", persons=[one], now=shop.now)
    actions.start_dialogue(workspace=shop.workspace, name="says", now=shop.now)
    assert actions.start_by_hand(workspace=shop.workspace, name="says", persons=[one, stranger], now=shop.now) == 1
    assert actions.start_by_hand(workspace=shop.workspace, name="says", persons=[one], now=shop.now) == 0
    shop.turn()
    assert (began(shop), shop.states()) == ([one], {"accepted": 1})
    shop.adds_up()


def test_a_dialogue_that_does_not_start_by_hand_says_so(shop):
    starts(shop, "{replied: any}")
    with pytest.raises(actions.NotPossible, match="does not start by hand"):
        actions.start_by_hand(workspace=shop.workspace, name="says", persons=[], now=shop.now)


def test_members_of_an_excepted_segment_are_left_out_until_they_leave_it(shop):
    one, staff = shop.add_people(2)
    shop.segment("everyone", [one, staff])
    shop.segment("staff", [staff])
    text = "dialogue: all\npurpose: promotions\naudience: everyone\nexcept: [staff]\n"
    row = shop.dialogue(text + "turns:\n  hello: {say: hello, listen: [{silence: 1d, then: end}]}\n")
    shop.turn()
    assert began(shop) == [one]
    assert queries.people_of(shop.workspace, row.pk)["not_started"] == {"excepted": 1}
    shop.know("staff", [staff], value=False)
    shop.turn()
    assert began(shop) == [one, staff]
    assert Admission.within(shop.workspace).filter(verdict="admitted").count() == 2
    shop.adds_up()


def test_a_dialogue_lets_people_into_another_with_what_it_began_with(shop):
    (one,) = shop.add_people(1)
    shop.dialogue("dialogue: second\npurpose: promotions\nstarts: {by_hand: true}\nturns:\n  hello: {say: hello, then: end}\n")
    shop.dialogue("dialogue: first\npurpose: promotions\nstarts: {event: Sold}\nagain: always\nturns:\n  on: {enter: second, then: end}\n")
    shop.happen("Sold", [one], {"order_id": "7"})
    shop.turn()
    assert shop.states() == {"accepted": 1}
    run = Run.within(shop.workspace).get(dialogue__name="second")
    assert (run.data["start"]["order_id"], run.data["start"]["way"]) == ("7", ["first"])
    shop.adds_up()


def test_dialogues_that_lead_to_each_other_come_to_rest(shop):
    (one,) = shop.add_people(1)
    for name, other in (("a", "b"), ("b", "a")):
        shop.dialogue(
            f"dialogue: {name}\npurpose: promotions\nstarts: {{event: {name}}}\nagain: always\nturns:\n  on: {{enter: {other}, then: end}}\n"
        )
    shop.happen("a", [one])
    shop.turn()
    assert sorted(Run.within(shop.workspace).values_list("dialogue__name", flat=True)) == ["a", "b"]
    shop.advance(hours=1)
    assert Run.within(shop.workspace).count() == 2


def test_a_message_may_name_the_occasion_and_what_a_program_answered(shop):
    (one,) = shop.add_people(1)
    body = "See you at {{ occasion.name }} in {{ occasion.place }}."
    source = {
        "message": "seat",
        "fallback": {"occasion.name": "ours", "occasion.place": "town"},
        "email": {"subject": "Hello", "body": body},
    }
    save_message(workspace=shop.workspace, name="seat", source=source, now=shop.now)
    shop.dialogue(SAYS.replace("STARTS", "{event: Place Booked}").replace("say: hello", "say: seat"))
    shop.happen("Place Booked", [one], {"occasion": "tasting", "place": "Graz"})
    shop.turn()
    said = message_from_bytes(bytes(KeptMail.within(shop.workspace).get().content), policy=default)
    assert "See you at tasting in Graz." in said.get_body(("plain",)).get_content()
