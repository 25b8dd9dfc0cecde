"""What someone does not want to hear about is not begun with them and not sent; once they want to, it is."""

import pytest

from duologue.engage.models import Admission, Delivery
from duologue.engage.runs.launch import launch_sheet
from duologue.people.consent.queries import declining
from duologue.strategize.segments.actions import save_segment
from duologue.strategize.segments.models import SegmentMember

pytestmark = pytest.mark.django_db(transaction=True)

SAYS = """
dialogue: spring
purpose: promotions
topic: recipes
audience: tea
turns:
  hello: {say: hello, listen: [{silence: 3d, then: more}]}
  more: {say: again, topic: sales, listen: [{silence: 3d, then: end}]}
"""


def test_a_topic_is_asked_about_before_a_run_begins_and_before_each_message_leaves(shop):
    keen, cold, half = shop.add_people(3)
    shop.know("topic.recipes", [cold], value=False)
    shop.know("topic.sales", [half], value=False)
    assert declining(shop.workspace, [keen, cold, half], "recipes") == {cold}
    shop.segment("tea", [keen, cold, half])
    shop.dialogue(SAYS, start=False)
    said = launch_sheet(workspace=shop.workspace, name="spring", now=shop.now)
    assert (said.now, said.never) == (2, {"declined_topic": 1})
    shop.dialogue(SAYS)
    shop.turn()
    shop.advance(days=4)
    assert Admission.within(shop.workspace).get(person=cold).reason == "declined_topic"
    assert shop.states() == {"accepted": 3, "withheld declined_topic": 1}
    assert shop.where(half) == "ended: withheld: declined_topic"
    shop.know("topic.recipes", [cold], value=True)
    shop.turn()
    assert Delivery.within(shop.workspace).get(profile_id=cold).state == "accepted"
    shop.adds_up()


def test_a_topic_can_be_asked_about_in_segments(shop):
    keen, cold, _silent = shop.add_people(3)
    shop.know("topic.recipes", [keen], value=True)
    shop.know("topic.recipes", [cold], value=False)
    text = "segment: cooks\nabout: For a test\nwhere: {person.topic.recipes: true}\n"
    save_segment(workspace=shop.workspace, name="cooks", source_yaml=text, now=shop.now)
    shop.turn()
    assert list(SegmentMember.within(shop.workspace).filter(member=True).values_list("person", flat=True)) == [keen]
