"""What is being handed over is found by its batch, and a delivery changes in its place while it is."""

import fcntl

import pytest
from django.conf import settings
from django.db import connection

from duologue.engage.channels import journal
from duologue.engage.channels.protocol import Letter
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.abandoned import settle_abandoned
from duologue.engage.messages.claims import claim
from duologue.engage.messages.models import Delivery, OnTheWire
from duologue.engage.messages.outcomes import hand_over
from duologue.engage.messages.queries import HANDING_OVER
from duologue.platform.registry.shards import SHARDS

pytestmark = pytest.mark.django_db


def on_the_wire(shop, now, sender):
    """Mark all that is due as being handed over by this sender."""
    claimed = claim(shop, now, 100, range(SHARDS))
    letters = [_letter(one) for one in claimed]
    return hand_over(shop, claimed, letters, said={}, sender=sender, now=now)


def _letter(one):
    return Letter(one.id, one.attempt + 1, "", "", "p@example.com", "", "", "", one.too_late_at)


def says_handing_over(shop):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {HANDING_OVER}", {"workspace": shop.pk})
        return cursor.fetchone()[0]


def test_no_index_speaks_of_the_state():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'engage_delivery'")
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'engage_delivery'")
        assert cursor.fetchone()[0] == ["fillfactor=50"]
    assert len(found) > 5
    for changed in ("state", "accepted_at", "relay", "reason", "detail", "handed_over_at", "sender", "attempt", "said", "address"):
        assert not [one for one in found if f" {changed}" in one or f"({changed}" in one]


def test_a_batch_is_let_go_once_it_is_settled(shop, person, delivery, now):
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(5)], now=now)
    assert tasks.send_due(shop, now) == 5
    assert not OnTheWire.within(shop).exists()
    assert not says_handing_over(shop)


def test_what_a_living_sender_hands_over_is_left_to_it(shop, person, delivery, now):
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(3)], now=now)
    journal.sender_name()  # makes the folder
    path = settings.DATA.run / "senders" / "elsewhere-1-aa.journal"
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        on_the_wire(shop, now, "elsewhere-1-aa")
        assert settle_abandoned(shop, (), now) == 0
        assert says_handing_over(shop)
        assert Delivery.within(shop).filter(state="handing_over").count() == 3
    assert settle_abandoned(shop, (), now) == 3  # it is gone, and what its journal says cannot be trusted
    assert Delivery.within(shop).filter(state="uncertain", in_doubt=True).count() == 3
    assert not says_handing_over(shop)
    path.unlink()


def test_what_this_process_hands_over_is_settled_once_it_is_no_longer_in_flight(shop, person, delivery, now):
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(3)], now=now)
    on_the_wire(shop, now, journal.sender_name())
    flying = set(Delivery.within(shop).values_list("pk", flat=True))
    assert settle_abandoned(shop, flying, now) == 0
    assert settle_abandoned(shop, (), now) == 3  # none of it was written to the wire
    assert Delivery.within(shop).filter(state="queued", waits=True).count() == 3
    assert not OnTheWire.within(shop).exists()


def test_a_batch_settled_by_other_ways_is_let_go(shop, person, delivery, now):
    actions.plan(workspace=shop, deliveries=[delivery(person(1))], now=now)
    on_the_wire(shop, now, "long-gone")
    Delivery.within(shop).update(state="accepted", accepted_at=now)
    assert settle_abandoned(shop, (), now) == 0
    assert not OnTheWire.within(shop).exists()
