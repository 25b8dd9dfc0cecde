"""The relay is away for an hour: nothing is lost, nothing is sent twice, and sending goes on by itself."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from duologue.cli.worker.clock import advance
from duologue.cli.worker.loop import Loop
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.engage.messages.actions import plan
from duologue.engage.messages.models import Attempt, Delivery
from duologue.platform.workspaces.actions import go_live
from duologue.platform.workspaces.queries import now as present
from tests.engage.channels.conftest import free_port
from tests.engage.messages.conftest import delivery, now, person, shop  # noqa: F401 - fixtures

PEOPLE = 40


class Inbox:
    """A server that counts whom it got mail for; the first that calls after it came back is hung up on."""

    def __init__(self):
        self.got = Counter()
        self.hangs_up = False

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.hangs_up:
            self.hangs_up = False
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.got.update(envelope.rcpt_tos)
        return "250 2.0.0 Taken"


@pytest.fixture
def relay():
    """A real SMTP server that can go away and come back: relay.away(), relay.back()."""

    class Switched:
        port = free_port()
        running = None

        def __init__(self):
            self.inbox = Inbox()

        def back(self):
            self.running = Controller(self.inbox, hostname="127.0.0.1", port=self.port)
            self.running.start()

        def away(self):
            self.inbox.hangs_up = True
            if self.running:
                self.running.stop()
                self.running = None

    switched = Switched()
    yield switched
    switched.away()


@pytest.fixture
def through_relay(shop, relay):  # noqa: F811
    Relay.within(shop).delete()
    way = {"host": "127.0.0.1", "port": relay.port, "security": "none", "connections": 2, "reply_within": 20}
    save_relay(workspace=shop, name="main", kind="smtp", is_test=True, settings=way)
    return relay


@pytest.mark.django_db(transaction=True)
def test_an_hour_without_the_relay_in_virtual_time(shop, through_relay, person, delivery, now):  # noqa: F811
    through_relay.back()
    plan(workspace=shop, deliveries=[delivery(person(n)) for n in range(5)], now=now)
    advance(shop, now)
    assert sum(through_relay.inbox.got.values()) == 5
    through_relay.away()
    gone_at, back_at = now + timedelta(minutes=1), now + timedelta(minutes=61)
    waves = [delivery(person(n), due_at=now + timedelta(minutes=n)) for n in range(5, PEOPLE)]
    plan(workspace=shop, deliveries=waves, now=now)
    seen = []

    def tick(moment):
        states = Counter(Delivery.within(shop).values_list("state", flat=True))
        seen.append((moment, states["accepted"]))
        if moment >= back_at and through_relay.running is None:
            through_relay.back()

    advance(shop, now + timedelta(hours=3), on_tick=tick)
    assert {sent for moment, sent in seen if gone_at <= moment < back_at} == {5}
    assert "cannot be reached" not in Relay.within(shop).get().trouble
    states = Counter(Delivery.within(shop).values_list("state", flat=True))
    assert states == {"accepted": PEOPLE}
    assert through_relay.inbox.got == Counter({f"p{n}@example.com": 1 for n in range(PEOPLE)})
    assert Attempt.within(shop).filter(outcome="accepted").count() == PEOPLE


@pytest.mark.django_db(transaction=True)
def test_the_live_sender_goes_on_by_itself(shop, through_relay, person, delivery, now):  # noqa: F811
    go_live(shop)
    at = present(shop)
    plan(workspace=shop, deliveries=[delivery(person(n), due_at=at, too_late_at=at + timedelta(days=3)) for n in range(PEOPLE)], now=at)
    sender = Loop(only="sender", poll=0.05)
    try:
        while sender.turn():
            pass
        resting = Relay.within(shop).get()
        assert "cannot be reached" in resting.trouble
        assert resting.resting_until > present(shop)
        assert set(Delivery.within(shop).values_list("state", flat=True)) == {"queued"}
        through_relay.back()
        for _ in range(5):  # the hour that it rests is not waited for
            Relay.within(shop).update(resting_until=None)
            Delivery.within(shop).filter(state="queued").update(due_at=at)
            while sender.turn():
                pass
    finally:
        sender.leave()
    assert through_relay.inbox.got == Counter({f"p{n}@example.com": 1 for n in range(PEOPLE)})
    assert set(Delivery.within(shop).values_list("state", flat=True)) == {"accepted"}
