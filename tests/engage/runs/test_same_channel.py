"""`by: same` is the channel by which a person last wrote."""

import pytest

from duologue.engage.conversations.models import Conversation, Entry
from duologue.engage.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = """
dialogue: answer
purpose: promotions
audience: everyone
turns:
  hello: {say: hello, by: [same, email], listen: [{silence: 1d, then: end}]}
"""
ONLY_SAME = ANSWER.replace("by: [same, email]", "by: [same]")


def wrote(shop, person, channel, hours=0):
    """Put down that someone wrote by a channel; no other channel has an adapter that could take it in yet."""
    talk, _ = Conversation.within(shop.workspace).get_or_create(
        workspace=shop.workspace,
        person=person,
        defaults={"profile_id": person, "state": "open", "opened_at": shop.now, "touched_at": shop.now},
    )
    at = shop.now.replace(hour=hours)
    Entry(workspace=shop.workspace, conversation=talk, profile_id=person, at=at, direction="in", channel=channel, text="Hello").save()


def test_who_wrote_is_answered_where_they_wrote_last(shop):
    by_mail, by_text_last, never = shop.add_people(3)
    wrote(shop, by_mail, "sms", hours=1)
    wrote(shop, by_mail, "email", hours=2)
    wrote(shop, by_text_last, "email", hours=1)
    wrote(shop, by_text_last, "sms", hours=2)
    shop.segment("everyone", shop.people)
    shop.dialogue(ONLY_SAME)
    shop.turn()
    assert [shop.where(n) for n in (by_mail, by_text_last, never)] == ["hello", "ended: end", "ended: end"]
    assert list(Delivery.within(shop.workspace).values_list("profile_id", "channel", "state")) == [(by_mail, "email", "accepted")]
    shop.adds_up()


def test_where_they_wrote_by_nothing_that_is_here_the_next_channel_is_taken(shop):
    (someone,) = shop.add_people(1)
    wrote(shop, someone, "sms")
    shop.segment("everyone", shop.people)
    shop.dialogue(ANSWER)
    shop.turn()
    assert shop.states() == {"accepted": 1}
