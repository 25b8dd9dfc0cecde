"""What is on its way out: so many at a time, for so long; whatever did not leave passes the gate again."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.email import channel
from duologue.engage.channels.models import Relay
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Attempt, Delivery
from duologue.people.consent.actions import NewStatement, state
from tests.engage.channels.conftest import server  # noqa: F401 - a fixture
from tests.engage.messages.test_crash import Sink
from tests.engage.messages.test_relays import at, by_smtp  # noqa: F401 - a fixture


@pytest.fixture
def far_end(shop):
    """Let the shop send through a sink that calls a function before each reply, in a thread of its own."""
    started = []

    def start(before_reply, connections=1):
        def called(to):
            try:
                before_reply(to)
            finally:
                connection.close()

        sink = Sink(called)
        started.append(sink)
        Relay.within(shop).delete()
        way = {"host": "127.0.0.1", "port": sink.port, "security": "none", "connections": connections}
        save_relay(workspace=shop, name="sink", kind="smtp", is_test=True, settings=way)
        return sink

    yield start
    for sink in started:
        sink.close()


def withdraw(shop, profiles, now):
    said = {"channel": "email", "purpose": "promotions", "state": "withdrawn", "at": now, "source": "page", "wording": "No", "proof": {}}
    state(workspace=shop, statements=[NewStatement(profile_id=one, **said) for one in profiles], now=now)


def outcomes(shop, people):
    rows = {row.profile_id: row for row in Delivery.within(shop)}
    return [(rows[one].state, rows[one].reason) for one in people]


@pytest.mark.django_db(transaction=True)
def test_only_so_many_are_handing_over_at_a_time(shop, person, delivery, now, far_end, monkeypatch):
    assert tasks.BATCH <= 500
    monkeypatch.setattr(tasks, "BATCH", 4)
    seen = []
    far_end(lambda _to: seen.append(Delivery.within(shop).filter(state="handing_over").count()), connections=3)
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(10)], now=now)
    assert tasks.send_due(shop, now) == 10
    assert len(seen) == 10
    assert max(seen) == 4
    assert set(Delivery.within(shop).values_list("state", flat=True)) == {"accepted"}


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_stops_what_is_not_yet_handing_over(shop, person, delivery, now, far_end, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    people = [person(number) for number in range(5)]
    once = threading.Lock()

    def take_back(_to):
        if once.acquire(blocking=False):  # while the first two are handing over
            withdraw(shop, people, now)

    sink = far_end(take_back)
    actions.plan(workspace=shop, deliveries=[delivery(one) for one in people], now=now)
    tasks.send_due(shop, now)
    assert outcomes(shop, people) == [("accepted", "")] * 2 + [("withheld", "no_consent")] * 3
    assert sum(sink.got.values()) == 2


@pytest.mark.django_db(transaction=True)
def test_what_does_not_leave_in_time_passes_the_gate_again(shop, person, delivery, now, far_end, monkeypatch):
    monkeypatch.setattr(channel, "LEAVE_WITHIN", 0.4)
    people = [person(number) for number in range(4)]
    sink = far_end(lambda _to: time.sleep(0.6))
    actions.plan(workspace=shop, deliveries=[delivery(one) for one in people], now=now)
    tasks.send_due(shop, now)
    first = outcomes(shop, people)
    assert sorted(first) == [("accepted", "")] + [("queued", "not_left")] * 3
    assert sum(sink.got.values()) == 1
    left = [one for one, (became, _) in zip(people, first, strict=True) if became == "queued"]
    withdraw(shop, left[:1], now)
    monkeypatch.undo()
    tasks.send_due(shop, now)
    assert outcomes(shop, left) == [("withheld", "no_consent"), ("accepted", ""), ("accepted", "")]
    assert max(sink.got.values()) == 1
    again = Delivery.within(shop).get(profile=left[1])
    assert list(Attempt.within(shop).filter(delivery=again).order_by("number").values_list("number", "outcome")) == [
        (1, "deferred"),
        (2, "accepted"),
    ]


def test_what_came_back_for_now_passes_the_gate_again(shop, by_smtp, person, delivery, now):  # noqa: F811
    people = [at(shop, person(number), f"later-{number}@example.com") for number in range(2)]
    actions.plan(workspace=shop, deliveries=[delivery(one) for one in people], now=now)
    tasks.send_due(shop, now)
    assert outcomes(shop, people) == [("queued", "4.7.1")] * 2
    withdraw(shop, people[:1], now)
    tasks.send_due(shop, now + timedelta(minutes=5))
    assert outcomes(shop, people) == [("withheld", "no_consent"), ("queued", "4.7.1")]
    assert by_smtp.tries["later"] == 3
