"""The next batch passes the gate while the present one is on the wire: each letter still leaves once, or not at all."""

from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection

from duologue.engage.channels import registry
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages import actions, ahead, tasks
from duologue.engage.messages.models import Attempt, Delivery
from duologue.platform.workspaces.actions import create_workspace, stop_all
from duologue.strategize.guardrails.actions import set_guardrails
from duologue.strategize.guardrails.rules import read_guardrails

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workspace(transactional_db):
    """A live workspace: in a virtual one nothing is made ahead."""
    tasks.leases.lost()
    return create_workspace(name="shop")


@pytest.fixture
def few(monkeypatch):
    """Five letters at a time, and how many batches were begun ahead."""
    begun = []
    real = ahead.begin
    monkeypatch.setattr(tasks, "BATCH", 5)
    monkeypatch.setattr(ahead, "begin", lambda *values: (begun.append(values[-1]), real(*values))[1])
    return begun


def states(shop):
    return Counter(Delivery.within(shop).values_list("state", flat=True))


def test_all_leave_once(shop, person, delivery, now, few):
    people = [person(number) for number in range(1, 24)]
    actions.plan(workspace=shop, deliveries=[delivery(one) for one in people], now=now)
    assert tasks.send_due(shop, now) == 23
    assert len(few) == 4
    assert states(shop) == {"accepted": 23}
    assert KeptMail.within(shop).count() == Attempt.within(shop).count() == 23
    assert not tasks._in_flight


def test_a_cap_counts_what_is_still_on_the_wire(shop, person, delivery, now, few):
    set_guardrails(workspace=shop, guardrails=read_guardrails("caps: [{at_most: 1, within: 7d}]"), now=now)
    people = [person(number) for number in range(1, 6)]
    actions.plan(workspace=shop, deliveries=[delivery(one, seq=seq) for seq in (1, 2, 3) for one in people], now=now)
    tasks.send_due(shop, now)
    assert sorted(Delivery.within(shop).filter(state="accepted").values_list("profile_id", flat=True)) == people


def test_after_a_stop_at_most_what_had_passed_the_gate_leaves(shop, person, delivery, now, few, monkeypatch):
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(1, 24)], now=now)
    adapter = registry.channel("email")
    real = type(adapter).send

    def stopping(self, **given):
        stop_all(workspace=shop, now=now, because="a test")
        return real(self, **given)

    monkeypatch.setattr(type(adapter), "send", stopping)
    tasks.send_due(shop, now)
    assert states(shop)["accepted"] in {5, 10}
    assert states(shop)["accepted"] + states(shop)["queued"] == 23


def test_a_batch_whose_turn_comes_too_late_passes_the_gate_again(shop, person, delivery, now, few, monkeypatch):
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(1, 13)], now=now)
    monkeypatch.setattr(tasks, "WAITS_FOR_THE_WIRE", -1.0)
    tasks.send_due(shop, now)
    assert states(shop) == {"queued": 12}
    assert set(Attempt.within(shop).values_list("outcome", "code")) == {("deferred", "not_left")}
    assert not KeptMail.within(shop).exists()


def test_what_was_made_ahead_of_a_failure_is_settled_and_leaves_once(shop, person, delivery, now, few, monkeypatch):
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(1, 13)], now=now)
    with monkeypatch.context() as broken:
        broken.setattr(type(registry.channel("email")), "send", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tasks.send_due(shop, now)
    assert not tasks._in_flight
    for minutes in range(3):
        tasks.send_due(shop, now + timedelta(minutes=10 * minutes))
    assert states(shop) == {"accepted": 12}
    assert Counter(KeptMail.within(shop).values_list("delivery", flat=True)).most_common(1)[0][1] == 1


def test_a_connection_lost_while_making_ahead_is_got_over(shop, person, delivery, now, few, monkeypatch):
    actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in range(1, 13)], now=now)
    real = tasks._take

    def lost(*values):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            own = cursor.fetchone()[0]
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (own,))
        return real(*values)

    with monkeypatch.context() as broken:
        broken.setattr(ahead, "begin", lambda call, *values: _thread_with(lost, broken, call, *values))
        with pytest.raises(DatabaseError):
            tasks.send_due(shop, now)
    tasks.leases.lost()
    for minutes in range(3):
        tasks.send_due(shop, now + timedelta(minutes=10 * minutes))
    assert states(shop) == {"accepted": 12}
    assert KeptMail.within(shop).count() == 12


def _thread_with(lost, broken, call, *values):
    """Begin a call in the thread as ever, but with its connection cut before it takes the batch."""
    broken.setattr(tasks, "_take", lost)
    ahead._used.add(ahead.os.getpid())
    return ahead._thread(ahead.os.getpid()).submit(call, *values)
