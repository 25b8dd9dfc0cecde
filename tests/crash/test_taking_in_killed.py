"""Imports and the intake killed without warning at any moment: they go on where they were and end the same."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from duologue.people.imports import actions
from duologue.people.intake.actions import receive
from duologue.people.intake.tasks import process
from duologue.people.models import Batch, Event, Fact, Import, Profile, Received
from duologue.platform.workspaces.actions import create_workspace
from tests.crash.children import kill, start

EXAMPLES = Path(__file__).parents[2] / "examples" / "online-retail"
EXTRACT = EXAMPLES / "extract.csv.gz"
NOW = datetime(2011, 12, 10, tzinfo=UTC)
IMPORT = """
from pathlib import Path
from duologue.people.imports import actions, drafting
drafting.LINES_AT_ONCE = 1500
shop = Workspace.objects.get(name="killed")
print("ready", flush=True)
actions.import_file(workspace=shop, path=Path({path!r}), kind={kind!r}, recipe={recipe!r}, told=lambda lines: print(lines, flush=True))
print("done", flush=True)
"""
INTAKE = """
from duologue.people.intake.tasks import process
from duologue.platform.workspaces.queries import now
shop = Workspace.objects.get(name="killed")
print("ready", flush=True)
while process(shop, now(shop), most=40):
    print("some", flush=True)
print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA = type(settings.DATA)(tmp_path)


def killed_again_and_again(program, chance, times):
    """Kill it in the midst of its work so many times, then let it end."""
    for _ in range(times):
        child = start(program)
        assert child.stdout.readline() == "ready\n"
        for _ in range(chance.randrange(3)):
            child.stdout.readline()
        time.sleep(chance.random() * 0.1)
        kill(child)
    child = start(program)
    said = child.stdout.read().split()
    child.wait()
    child.stdout.close()
    assert said[-1] == "done"


def kept(workspace):
    """What was taken in, apart from the numbers of rows."""
    events = Event.within(workspace).values_list("name", "occurred_at", "properties", "source")
    facts = Fact.within(workspace).values_list("key", "value", "source")
    return Counter(map(repr, events)), Counter(map(repr, facts)), Profile.within(workspace).count(), Received.within(workspace).count()


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["people", "events"])
def test_an_import_killed_at_random_ends_as_if_nothing_had_been(kind):
    recipe = (EXAMPLES / f"{'customers' if kind == 'people' else 'orders'}.recipe.yaml").read_text()
    calm = create_workspace(name="calm", clock_at=NOW)
    whole = actions.import_file(workspace=calm, path=EXTRACT, kind=kind, recipe=recipe)
    other = create_workspace(name="killed", clock_at=NOW)
    killed_again_and_again(IMPORT.format(path=str(EXTRACT), kind=kind, recipe=recipe), random.Random(kind), 6)
    job = Import.within(other).get()
    assert (job.state, job.rows_read, job.counts) == ("done", whole.rows_read, whole.counts)
    assert (job.rows_written, job.rows_unchanged, job.rows_refused) == (whole.rows_written, whole.rows_unchanged, whole.rows_refused)
    assert kept(other) == kept(calm)


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_the_intake_killed_at_random_takes_everything_in_once():
    shop = create_workspace(name="killed", clock_at=NOW)
    sent = [
        json.dumps({"type": "track", "event": "Seen", "userId": f"u{n % 90}", "messageId": f"m{n}", "properties": {"n": n}}).encode()
        for n in range(600)
    ]
    receive(workspace=shop, source="site", payloads=sent, now=NOW)
    killed_again_and_again(INTAKE, random.Random(4), 3)
    assert process(shop, NOW) == 0
    assert sorted(event.properties["n"] for event in Event.within(shop)) == list(range(600))
    assert Profile.within(shop).count() == 90
    assert not Received.within(shop).exists()
    numbers = sorted(Batch.within(shop).values_list("batch_no", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_seenkey WHERE workspace_id = %s", (shop.pk,))
        assert cursor.fetchone()[0] == 600
