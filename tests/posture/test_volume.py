"""Five thousand letters through Postfix's own sink: each arrives, none twice, and every count says the same."""

from collections import Counter

import pytest
from django.db import connection

from duologue.engage.channels.email.actions import make_dkim_key
from duologue.engage.channels.email.addresses import read_address
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Attempt, Delivery
from duologue.people.consent.actions import NewStatement, state
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.profiles.actions import add
from duologue.people.timeline import names
from tests.posture.postfix import Sink, needed

pytestmark = [*needed, pytest.mark.long, pytest.mark.timeout(600)]
NUMBER = 5000


@pytest.fixture
def people(shop, now):
    made = add(workspace=shop, seen_at=[now] * NUMBER)
    identifiers = [NewIdentifier(one, "email", f"p{n}@d{n % 50}.example", f"p{n}@d{n % 50}.example") for n, one in enumerate(made)]
    attach(workspace=shop, identifiers=identifiers, now=now)
    state(workspace=shop, statements=[NewStatement(one, "email", "promotions", "granted", now, "form") for one in made], now=now)
    return made


def test_five_thousand_letters(shop, people, delivery, now, through):
    sink = Sink()
    try:
        make_dkim_key(workspace=shop, domain="shop.example", algorithm="ed25519")
        through({"host": "127.0.0.1", "port": sink.port, "security": "none", "connections": 20})
        actions.plan(workspace=shop, deliveries=[delivery(one) for one in people], now=now)
        moved = 0
        while found := tasks.send_due(shop, now):
            moved += found
        got = sink.messages()
    finally:
        sink.close()
    assert moved == NUMBER
    rows = Delivery.within(shop)
    assert Counter(rows.values_list("state", flat=True)) == {"accepted": NUMBER}
    assert Counter(Attempt.within(shop).values_list("number", "outcome")) == {(1, "accepted"): NUMBER}
    arrived = Counter((read_address(sender).delivery.delivery_id, recipient) for sender, recipient, _ in got)
    assert arrived == Counter(rows.values_list("pk", "address"))
    assert all(message.startswith(b"DKIM-Signature: ") for _, _, message in got)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT delivery_id) FROM people_event WHERE workspace_id = %s AND name = %s",
            (shop.pk, names.MESSAGE_SENT),
        )
        assert cursor.fetchone() == (NUMBER, NUMBER)
