"""/metrics: what an operator needs to see, and nothing that takes a scan."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from prometheus_client import CollectorRegistry, generate_latest

from duologue.api.figures import GAUGES, Figures
from duologue.cli.worker.loop import Loop
from duologue.people.intake.actions import receive
from duologue.people.models import Profile
from duologue.people.timeline.actions import NewEvent, move_cursor, write
from duologue.platform.telemetry import counters
from duologue.platform.workspaces.actions import stop_all
from tests.docs.pages import DOCS

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    counters.begin_anew()
    counters._counts.clear()
    yield
    counters._counts.clear()


def figures():
    """Every figure by its name with labels, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(Figures())
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_what_waits_is_told_with_its_age(workspace):
    payload = json.dumps({"type": "track", "userId": "1", "event": "A", "messageId": "m"}).encode()
    receive(workspace=workspace, source="site", payloads=[payload] * 3, now=NOW - timedelta(minutes=5))
    receive(workspace=workspace, source="replay", payloads=[payload], now=NOW, arrives_at=[NOW + timedelta(days=1)])
    told = figures()
    assert told['duologue_waiting{what="events",workspace="shop"}'] == 3
    assert told['duologue_oldest_waiting_seconds{work="intake",workspace="shop"}'] == 300
    assert told['duologue_oldest_waiting_seconds{work="messages",workspace="shop"}'] == 0
    assert told["duologue_database_up"] == 1
    assert 0 < told["duologue_database_connections"] < told["duologue_database_connections_most"]


def test_how_far_a_follower_is_behind(workspace):
    profile = Profile(workspace=workspace, person=0, shard=0, created_at=NOW, seen_at=NOW)
    profile.save()
    for minutes in (10, 5, 0):
        at = NOW - timedelta(minutes=minutes)
        with transaction.atomic():
            write(workspace=workspace, events=[NewEvent(profile.pk, at, "A")], now=at)
    for follower, batch in (("runs", 1), ("segments", 3)):
        move_cursor(workspace=workspace, follower=follower, batch_no=batch)
    told = figures()
    labels = '{{follower="{}",workspace="shop"}}'
    assert [told["duologue_follower_batches_unread" + labels.format(name)] for name in ("runs", "segments")] == [2, 0]
    assert [told["duologue_follower_seconds_behind" + labels.format(name)] for name in ("runs", "segments")] == [300, 0]


def test_a_stop_is_seen(workspace):
    assert figures()['duologue_sending_stopped{workspace="shop"}'] == 0
    stop_all(workspace, because="a test", now=NOW)
    assert figures()['duologue_sending_stopped{workspace="shop"}'] == 1


def test_what_other_processes_did_is_added_to_what_this_one_did(workspace):
    payload = json.dumps({"type": "track", "userId": "1", "event": "A", "messageId": "m"}).encode()
    receive(workspace=workspace, source="site", payloads=[payload], now=NOW)
    Loop(only="worker", poll=0).turn()
    counters.count("attempts", 2, outcome="accepted")
    other = counters._file().with_name("1.json")
    other.write_text(json.dumps([["attempts", [["outcome", "accepted"]], 3], ["attempts", [["outcome", "failed"]], 1]]))
    told = figures()
    assert told['duologue_work_done_total{work="intake"}'] == 1
    assert [told[f'duologue_attempts_total{{outcome="{kind}"}}'] for kind in ("accepted", "failed")] == [5, 1]
    counters.tell(at_once=True)
    assert figures() == told
    counters.begin_anew()
    assert figures()['duologue_attempts_total{outcome="accepted"}'] == 2


def test_work_that_fails_is_counted(workspace):
    def broken(_workspace, _now):
        raise RuntimeError

    Loop(only="", poll=0)._one(workspace, lambda: None, "runs", broken)
    assert figures()['duologue_work_failed_total{work="runs"}'] == 1


def test_without_the_database_what_is_counted_is_still_told(workspace, monkeypatch):
    counters.count("events_received", 7)
    monkeypatch.setattr("duologue.api.figures.CONNECTIONS", "SELECT no_such_thing")
    told = {name: value for name, value in figures().items() if not name.endswith("_created")}
    assert told == {"duologue_events_received_total": 7, "duologue_database_up": 0}


def test_no_figure_reads_a_table_from_end_to_end(workspace):
    """With sequential scans made dear, the plans must all go by an index, so that a look stays cheap when tables are long."""
    from duologue.api import figures as asked

    long = {"people_received", "people_batch", "engage_delivery", "engage_run", "engage_perk", "strategize_segmentmember"}
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            for sql in (asked.OF_A_WORKSPACE, asked.FOLLOWERS):
                cursor.execute(f"EXPLAIN {sql}", {"workspace": workspace.pk, "now": NOW})
                plan = "\n".join(row[0] for row in cursor.fetchall())
                assert not long & set(re.findall(r"Seq Scan on (\w+)", plan)), plan
        finally:
            cursor.execute("RESET enable_seqscan")


def test_every_figure_has_its_line_in_the_reference():
    page = (DOCS / "reference" / "http.md").read_text()
    lines = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = {name for cell in lines for name in re.findall(r"`([a-z_]+)`", cell)}
    assert set(GAUGES) | set(counters.FIGURES) <= listed
