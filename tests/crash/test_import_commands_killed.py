"""`people import` and `events import` killed after their first commits and started again: the same rows as in one go."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection

from duologue.people.imports import actions
from duologue.people.models import Event, Fact, Identifier, Import, Profile
from duologue.platform.workspaces.actions import create_workspace

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA = type(settings.DATA)(tmp_path)


def command(*words):
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT'] or 5432}"
    environment = {**os.environ, "DATABASE_URL": url, "DUOLOGUE_DATA": str(settings.DATA.path)}
    return subprocess.Popen([sys.executable, "-m", "duologue", *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def position(workspace):
    return max((job.position for job in Import.within(workspace)), default=0)


def killed_twice_then_ended(workspace, chance, *words):
    """Kill the command twice once it has committed something more, at a random moment after; then let it end."""
    for _ in range(2):
        before = position(workspace)
        child = command(*words)
        while position(workspace) == before and child.poll() is None:
            time.sleep(0.02)
        time.sleep(chance.random() * 0.2)
        child.kill()
        child.communicate()
        assert child.returncode == -9, "it ended before it could be killed: the file is too small"
    child = command(*words)
    _, said = child.communicate()
    assert child.returncode == 0, said.decode()


def kept(workspace):
    """What was taken in, apart from the numbers of rows."""
    rows = [
        Event.within(workspace).values_list("name", "properties", "source"),
        Fact.within(workspace).values_list("key", "value", "source"),
        Identifier.within(workspace).values_list("kind", "value"),
    ]
    return [Counter(map(repr, found)) for found in rows], Profile.within(workspace).count()


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_people_import_killed_and_started_again(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("id,email,city\n" + "".join(f"{n},p{n}@shop.example,City {n % 50}\n" for n in range(31_000)))
    calm = create_workspace(name="calm", clock_at=NOW)
    whole = actions.import_file(workspace=calm, path=path, kind="people", external_id="id")
    other = create_workspace(name="killed", clock_at=NOW)
    killed_twice_then_ended(other, random.Random(1), "people", "import", str(path), "--external-id", "id", "--workspace", "killed")
    job = Import.within(other).get()
    assert (job.state, job.rows_read, job.rows_written) == ("done", whole.rows_read, whole.rows_written)
    assert kept(other) == kept(calm)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_events_import_killed_and_started_again(tmp_path):
    path = tmp_path / "events.ndjson"
    said = [
        {"type": "track", "event": "Seen", "userId": f"u{n % 900}", "messageId": f"m{n % 17_000}", "properties": {"n": n % 17_000}}
        for n in range(18_000)
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in said) + "{not json\n")
    calm = create_workspace(name="calm", clock_at=NOW)
    whole = actions.import_events(workspace=calm, path=path)
    other = create_workspace(name="killed", clock_at=NOW)
    killed_twice_then_ended(other, random.Random(2), "events", "import", str(path), "--workspace", "killed")
    job = Import.within(other).get()
    assert (job.state, job.rows_written, job.rows_unchanged, job.rows_refused) == ("done", 17_000, 1_000, 1)
    assert (whole.rows_written, whole.rows_unchanged, whole.rows_refused) == (17_000, 1_000, 1)
    assert kept(other) == kept(calm)
