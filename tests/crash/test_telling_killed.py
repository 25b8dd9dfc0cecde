"""The process that tells another program what happens is killed without warning: every event reaches it, in order, under one id."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime

import pytest
from django.db import transaction

from duologue.engage.endpoints.actions import add_endpoint
from duologue.engage.endpoints.queries import as_lines
from duologue.engage.models import Endpoint
from duologue.people.profiles.actions import add
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.workspaces.actions import create_workspace, go_live
from duologue.platform.workspaces.queries import now
from tests.crash.children import kill, start
from tests.engage.endpoints.receiver import Receiver

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TELLING = """
import time
from duologue.engage.endpoints import reading
from duologue.engage.endpoints.tasks import BeingTold
from duologue.engage.endpoints.queries import as_lines
from duologue.platform.workspaces.queries import now
reading.MOST = 40
shop, told = Workspace.objects.get(name="killed"), BeingTold()
print("ready", flush=True)
while as_lines(shop)[0]["behind"]:
    told.begin(shop, now(shop))
    time.sleep(0.002)
    told.land()
print("done", flush=True)
"""


class Deadly(Receiver):
    """A receiver in the midst of whose calls its caller is killed: at every call of `fatal`, before it is answered."""

    def __init__(self):
        super().__init__()
        self.fatal, self.reached = 0, threading.Event()
        outer = self
        handler = self.server.RequestHandlerClass
        plain = handler.send_response

        def send_response(self, *values):
            if outer.fatal and len(outer.calls) >= outer.fatal:
                outer.reached.set()
                outer.dead.wait(30)
            plain(self, *values)

        handler.send_response = send_response
        handler.handle_error = lambda *_: None
        self.dead = threading.Event()

    def kill_at(self, calls, child):
        """Let so many more calls come, the last of them unanswered, and end the caller in the midst of it."""
        self.dead.clear()
        self.reached.clear()
        self.fatal = len(self.calls) + calls
        assert self.reached.wait(60)
        kill(child)
        self.fatal = 0
        self.dead.set()


@pytest.fixture
def receiver():
    made = Deadly()
    made.server.handle_error = lambda *_: None  # the other end is gone, as it shall be
    yield made
    made.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kills", [2, pytest.param(25, marks=pytest.mark.long)])
@pytest.mark.timeout(600)
def test_who_tells_is_killed_again_and_again(receiver, settings, monkeypatch, kills):
    monkeypatch.setenv("DUOLOGUE_WEBHOOKS_PRIVATE", "yes")
    monkeypatch.setenv("DUOLOGUE_SECRET_KEY", settings.SECRET_KEY)
    settings.WEBHOOKS_PRIVATE = True
    shop = create_workspace(name="killed", clock_at=NOW)
    people = add(workspace=shop, seen_at=[NOW] * 7)
    go_live(workspace=shop)
    at = now(shop)
    add_endpoint(workspace=shop, name="crm", url=receiver.url, events=["Tea Tasted"], now=at)
    every = kills * 30 + 70
    for first in range(0, every, 25):
        some = range(first, min(first + 25, every))
        with transaction.atomic():
            write(workspace=shop, events=[NewEvent(people[n % 7], at, "Tea Tasted", {"n": n}) for n in some], now=at)
    chance = random.Random(kills)
    cuts = [0]
    for _ in range(kills):
        child = start(TELLING)
        assert child.stdout.readline() == "ready\n"
        receiver.kill_at(chance.randrange(1, 60), child)
        cuts.append(len(receiver.calls))
        Endpoint.within(shop).update(claimed_until=None)  # the lease runs out
    child = start(TELLING)
    assert child.stdout.read().split() == ["ready", "done"]
    child.wait()
    child.stdout.close()
    numbers, ids = receiver.numbers, receiver.ids
    assert list(dict.fromkeys(numbers)) == list(range(every))  # none is missing, and each came first in its turn
    assert len(set(zip(numbers, ids, strict=True))) == len(set(ids)) == every  # a repeat has the id of the first time
    for begin, end in zip(cuts, [*cuts[1:], None], strict=True):
        part = numbers[begin:end]
        assert part == list(range(part[0], part[0] + len(part)))  # one process tells on without a gap
    found = as_lines(shop)[0]
    assert (found["told"], found["behind"], found["untaken"]) == (every, 0, 0)
    assert len(numbers) > every
