"""What comes back: bounces that a real Postfix writes to the return path, and replies sent with Python's own smtplib."""

import email
import email.policy
import smtplib
from collections import Counter
from email.message import EmailMessage

import pytest

from duologue.engage.channels.email.addresses import read_address
from duologue.engage.channels.models import KeptMail
from duologue.engage.conversations.models import Conversation
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Delivery
from duologue.people.consent.queries import suppressed
from duologue.people.identifiers.models import Identifier
from tests.engage.runs.conftest import shop as dialogue_shop  # noqa: F401 - a fixture
from tests.posture.postfix import Postfix, Sink, answers, free_port, needed, wait_for
from tests.posture.product import command, start

database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listener(transactional_db):
    """`duologue mail listen` as a process; gives its port."""
    port = free_port()
    process = start("mail", "listen", DUOLOGUE_MAIL_IN_PORT=str(port))
    wait_for(lambda: answers(port), "the listener's start")
    yield port
    process.terminate()
    assert process.wait(30) == 0


@pytest.fixture
def strict():
    """A mail server that knows nobody."""
    sink = Sink("-f", "rcpt", "-B", "550 5.1.1 No such user here")
    yield sink
    sink.close()


def planned(shop, person, delivery, now, addresses):
    made = [person(number) for number in range(len(addresses))]
    for profile, address in zip(made, addresses, strict=True):
        Identifier.within(shop).filter(profile_id=profile).update(value=address, shown=address)
    return made, actions.plan(workspace=shop, deliveries=[delivery(one) for one in made], now=now)


class TestBounces:
    pytestmark = [*needed, database]

    @pytest.mark.parametrize("way", ["pipe", "smtp"])
    def test_an_unknown_user_is_written_to_once(self, far, strict, request, through, shop, person, delivery, now, way):
        back = {"mail.shop.example": request.getfixturevalue("listener")} if way == "smtp" else {}
        routes = {"unknown.example": strict.port, **back}
        relay = Postfix(certificate=far.ground.certificate, logins=far.ground.logins.port, sink=far.sink.port, routes=routes)
        try:
            through(far.settings(port=relay.port))
            people, numbers = planned(shop, person, delivery, now, ["ann@example.com", "nobody@unknown.example"])
            tasks.send_due(shop, now)
            assert Counter(Delivery.within(shop).values_list("state", flat=True)) == {"accepted": 2}

            if way == "pipe":
                notice = wait_for(lambda: _notice_about(far.sink, shop, numbers[1]), "the notice")
                said = command("mail", "receive", "--recipient", notice[1], given=notice[2])
                assert "bounce: bounced" in said
                again = command("mail", "receive", "--recipient", notice[1], given=notice[2])
                assert "bounce: taken in before" in again
            else:
                wait_for(lambda: Delivery.within(shop).get(pk=numbers[1]).bounced_at, "the bounce's coming in")
        finally:
            relay.close()

        assert dict(Delivery.within(shop).values_list("pk", "bounced_at")) == {numbers[0]: None, numbers[1]: now}
        assert suppressed(shop, "email", ["ann@example.com", "nobody@unknown.example"]) == {"nobody@unknown.example"}
        actions.plan(workspace=shop, deliveries=[delivery(one, turn="again") for one in people], now=now)
        through({"host": "127.0.0.1", "port": far.sink.port, "security": "none"})
        tasks.send_due(shop, now)
        rows = Delivery.within(shop).filter(turn="again").values_list("profile_id", "state", "reason")
        assert sorted(rows) == [(people[0], "accepted", ""), (people[1], "withheld", "suppressed")]


def _notice_about(sink, shop, number):
    for sender, recipient, message in sink.messages():
        if sender == "" and read_address(recipient).delivery == (shop.pk, number):
            return sender, recipient, message
    return None


ASKS = """
dialogue: asks
purpose: promotions
audience: everyone
turns:
  first:
    say: hello
    listen:
      - {replied: yes, then: gift}
      - {silence: 3d, then: end}
  gift: {say: gift, listen: [{silence: 1d, then: end}]}
"""


@database
def test_replies_by_smtp_move_the_dialogue_or_open_a_conversation(dialogue_shop, listener):  # noqa: F811
    shop = dialogue_shop
    keen, asking = shop.add_people(2)
    shop.segment("everyone", shop.people)
    shop.dialogue(ASKS)
    shop.turn()
    for person, text in ((keen, "Yes please!"), (asking, "Do you ship to Malta?")):
        said = KeptMail.within(shop.workspace).get(delivery=shop.delivery(person, "first"))
        original = email.message_from_bytes(bytes(said.content), policy=email.policy.default)
        reply = EmailMessage()
        reply["From"], reply["To"], reply["Subject"] = said.recipient, original["Reply-To"], f"Re: {original['Subject']}"
        reply["In-Reply-To"], reply["Message-ID"] = original["Message-ID"], f"<{person}@people.example>"
        quoted = "\n".join(f"> {line}" for line in original.get_body(("plain",)).get_content().splitlines())
        reply.set_content(f"{text}\n\nOn Monday, the shop wrote:\n{quoted}\n")
        with smtplib.SMTP("127.0.0.1", listener, timeout=60) as client:
            client.send_message(reply)
            client.send_message(reply)  # a mail server that lost the answer sends it again
    shop.turn()
    assert (shop.where(keen), shop.where(asking)) == ("gift", "first")
    found = {one.person: one for one in Conversation.within(shop.workspace).filter(held_by="human")}
    assert {person: (one.state, one.intent) for person, one in found.items()} == {asking: ("open", "question")}
    assert list(Delivery.within(shop.workspace).filter(responded_at__isnull=False).values_list("profile_id", flat=True).order_by("pk")) == [
        keen,
        asking,
    ]
