"""The live worker does not wait for other programs: it goes on, and settles what they answered when they have."""

import time

import pytest

from duologue.cli.worker.loop import Loop
from duologue.engage.models import WebhookCall
from duologue.engage.webhooks.actions import NewCall, call_all
from duologue.engage.webhooks.air import InTheAir
from duologue.engage.webhooks.tasks import AT_ONCE
from duologue.people.models import Event
from duologue.platform.workspaces.actions import go_live
from tests.engage.runs.conftest import shop  # noqa: F401
from tests.engage.webhooks.test_calling import asking, program  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

GREETS = """
dialogue: greets
purpose: promotions
starts: {event: Signed Up}
turns:
  welcome: {say: hello, listen: [{silence: 1d, then: end}]}
"""


@pytest.fixture
def worker(asking):  # noqa: F811
    asking.dialogue(GREETS)
    go_live(asking.workspace)
    asking.workspace.refresh_from_db()
    made = Loop(only="worker", poll=0.05)
    yield made
    made.leave()


def turn_until(worker, there):
    """Turn until it is so; a turn in which nothing moves is followed by a rest, as in the live loop."""
    for _ in range(400):
        if there():
            return
        if not worker.turn():
            time.sleep(0.05)
    raise AssertionError("it did not come about")


def test_the_worker_goes_on_while_a_program_is_silent(asking, program, worker):  # noqa: F811
    person = asking.people[0]
    program.may_answer.clear()
    asking.happen("Cart Updated", [person], {"skus": ["a"]})
    turn_until(worker, lambda: program.asked)
    asking.happen("Signed Up", [person])
    turn_until(worker, lambda: asking.where(person) == "welcome")
    assert WebhookCall.within(asking.workspace).get().attempt == 1
    program.may_answer.set()
    turn_until(worker, lambda: not WebhookCall.within(asking.workspace).exists())
    assert Event.within(asking.workspace).get(name__startswith="Webhook ").properties["answer"] == {"left": 3}


def test_no_more_are_begun_than_there_is_room_for(asking, program, worker):  # noqa: F811
    program.may_answer.clear()
    calls = [NewCall("stock", asking.people[0], None, "asks", "stock", number, {}) for number in range(AT_ONCE + 3)]
    call_all(workspace=asking.workspace, calls=calls, now=asking.now)
    air = InTheAir()
    assert [air.begin(asking.workspace, asking.now) for _ in range(2)] == [AT_ONCE, 0]
    program.may_answer.set()
    air.come_down()
    assert [air.begin(asking.workspace, asking.now) for _ in range(2)] == [3, 0]
    air.come_down()
    assert (WebhookCall.within(asking.workspace).count(), len(program.asked)) == (0, len(calls))


def test_a_worker_that_stops_settles_what_it_has_begun(asking, program, worker):  # noqa: F811
    program.may_answer.clear()
    call_all(workspace=asking.workspace, calls=[NewCall("stock", asking.people[0], None, "asks", "stock", 0, {})], now=asking.now)
    turn_until(worker, lambda: program.asked)
    program.may_answer.set()
    worker.leave()
    assert not WebhookCall.within(asking.workspace).exists()
