"""A team is told about a person: by letter to its people, whatever the person allows, and beside the person's own timeline."""

import pytest

from duologue.engage.conversations.clicks import Followed, follow
from duologue.engage.conversations.models import Team
from duologue.engage.conversations.origin import origin_of
from duologue.engage.models import Delivery, KeptMail
from duologue.people.models import Event
from duologue.platform.secrets.signing import sign

pytestmark = pytest.mark.django_db(transaction=True)

TELLS = """
dialogue: tells
kind: service
purpose: bookings
starts: {event: Late}
turns:
  tell: {tell: care, say: plain, then: say}
  say: {say: hello, listen: [{event: Settled, then: end}, {silence: 3d, then: end}]}
"""


def test_each_address_of_the_team_gets_it_and_the_person_does_not(shop):
    (one,) = shop.add_people(1, consent=False)
    Team(workspace=shop.workspace, name="care", emails=["ann@shop.example", "ben@shop.example"]).save()
    shop.dialogue(TELLS)
    shop.happen("Late", [one])
    shop.turn()
    mails = KeptMail.within(shop.workspace).values_list("recipient", "subject")
    assert sorted(mails) == [("ann@shop.example", "plain"), ("ben@shop.example", "plain"), (f"p{one}@example.com", "hello")]
    assert Event.within(shop.workspace).filter(name="Message Sent").count() == 1
    assert shop.where(one) == "say"
    shop.adds_up()


def test_what_the_person_does_next_keeps_nobody_from_being_told(shop):
    (one,) = shop.add_people(1)
    Team(workspace=shop.workspace, name="care", emails=["ann@shop.example"]).save()
    shop.dialogue(TELLS)
    shop.happen("Late", [one])
    shop.happen("Settled", [one])
    shop.turn()
    assert "ann@shop.example" in KeptMail.within(shop.workspace).values_list("recipient", flat=True)


def test_a_team_without_addresses_is_told_nothing(shop):
    (one,) = shop.add_people(1)
    Team(workspace=shop.workspace, name="care", emails=[]).save()
    shop.dialogue(TELLS)
    shop.happen("Late", [one])
    shop.turn()
    assert (Delivery.within(shop.workspace).count(), shop.where(one)) == (1, "say")


def test_what_a_colleague_does_with_it_is_not_taken_for_the_persons_doing(shop, client):
    (one,) = shop.add_people(1)
    Team(workspace=shop.workspace, name="care", emails=["ann@shop.example"]).save()
    shop.dialogue(TELLS)
    shop.happen("Late", [one])
    shop.turn()
    told, said = Delivery.within(shop.workspace).order_by("turn").reverse()
    assert (told.turn, said.turn) == ("tell", "say")
    assert (origin_of(shop.workspace, told.pk), origin_of(shop.workspace, said.pk).person) == (None, one)
    (target,) = follow([Followed((shop.workspace.pk, told.pk, 1), "GET", "Mozilla")])
    assert target.url.startswith("https://shop.example/")
    assert client.get(f"/p/{sign('page', shop.workspace.pk, told.pk)}").status_code == 404
    assert not Event.within(shop.workspace).filter(name="Link Clicked").exists()
