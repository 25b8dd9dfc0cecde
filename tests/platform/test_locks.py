"""Advisory locks: each its own number, so that nobody waits for a room that does something else."""

import re
import threading
from pathlib import Path

import pytest
from django.db import connection

import duologue
from duologue.engage.messages.tasks import leases as gate
from duologue.engage.runs.tasks import leases as engine
from duologue.people.intake import actions as intake
from duologue.people.models import Received
from duologue.platform.database import locks
from duologue.platform.database.clock import database_now
from duologue.platform.lake import copies


def test_each_lock_has_a_number_of_its_own():
    numbers = [value for name, value in vars(locks).items() if name.isupper() and name != "SECOND" and type(value) is int]
    numbers += [locks.of_role(one.role) for one in (gate, engine)]
    assert len(numbers) == len(set(numbers)) == 18
    takes = re.compile(r"pg_(?:try_)?advisory_(?:xact_)?lock")
    texts = [path.read_text() for path in Path(duologue.__file__).parent.rglob("*.py") if path.name != "locks.py"]
    assert [text for text in texts if takes.search(text) and "locks." not in text] == []
    assert [text for text in texts if re.search(takes.pattern + r"(?:_shared)?\([^)%]*\d", text)] == []


@pytest.mark.django_db
def test_events_are_received_while_a_backup_holds_the_lake(workspace):
    holds, enough = threading.Event(), threading.Event()

    def hold():
        copies.hold(workspace)
        holds.set()
        enough.wait(30)
        copies.let_go(workspace)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert holds.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
        intake.receive(workspace=workspace, source="site", payloads=[b"{}"], now=database_now())
        assert Received.within(workspace).count() == 1
    finally:
        enough.set()
        other.join()
