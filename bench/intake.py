"""Events over the tracking API by `wrk`, in batches and one by one, durable when answered; beside parsing and COPY. Then the timeline."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection, transaction

from bench import wrk
from bench.meter import Meter, Row, process_peak_mb
from bench.serving import web
from bench.timeline import onto_the_timeline

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size
    from bench.wrk import Load

IN_A_BATCH = 100
CONNECTIONS = 64
RAW_BATCH = 1000
RAW_EVENTS = 50_000
WARM_UP = 3  # seconds


class Event(msgspec.Struct, rename="camel"):
    """What the raw limit reads."""

    type: str
    user_id: str
    message_id: str
    event: str
    timestamp: str
    properties: dict[str, Any]


def measure(folder: Path, size: Size) -> list[Row]:
    from duologue.people.intake.tasks import process
    from duologue.platform.staff.actions import create_key
    from duologue.platform.workspaces.actions import create_workspace
    from duologue.platform.workspaces.queries import now

    if wrk.program() is None:
        return [Row(f"intake: {wrk.MISSING}", "", 0, None, 150_000)]
    workspace = create_workspace(name="bench-intake")
    _, secret = create_key(workspace=workspace, name="shop", kind="write", role="", now=now(workspace))
    raw = _raw(workspace)
    seconds = size.choose(10, 30)
    with web() as serving:
        _events(serving.port, secret, IN_A_BATCH, WARM_UP)
        batches, many = _measured(serving, secret, IN_A_BATCH, seconds)
        singles, _ = _measured(serving, secret, 1, seconds)
        peak = process_peak_mb(serving.worker())
    _forget_all_but(10_000)
    waiting, done = _settled(), 0
    while moved := process(workspace, now(workspace)):
        done += moved
    assert done == waiting, f"{done} of {waiting} events arrived"
    batches.limit, batches.goal, batches.peak_mb = raw, 150_000, peak
    singles.goal, singles.peak_mb = 4000, peak
    slow = Row(f"the 99th percentile of the batches' answers, {CONNECTIONS} connections", "ms", many.p99, None, 60, less_is_better=True)
    slow.foreign = batches.foreign
    return [batches, slow, singles, *onto_the_timeline(workspace)]


def _measured(serving, secret: str, events: int, seconds: int) -> tuple[Row, Load]:
    before, began = _settled(), serving.cpu()
    with Meter() as meter:
        load = _events(serving.port, secret, events, seconds)
    cpu = serving.cpu() - began
    count = load.requests * events
    assert (load.refused, load.lost) == (0, 0), f"{load.refused} of {load.requests} were refused, {load.lost} lost"
    kept = _settled() - before
    most = count + CONNECTIONS * events  # what was on its way when the time was over may be there
    assert count <= kept <= most, f"{count} events were acknowledged, {kept} are there"
    what = f"batches of {events}" if events > 1 else "single events"
    row = meter.row(f"events over HTTP in {what}, durable", "events/s", count, limit=None, goal=None)
    row.value, row.cpu_us = count / load.seconds, cpu * 1e6 / count
    row.note = f"wrk took {load.cpu * 1e6 / count:.1f} µs of each; p50 {load.p50:.0f} ms, p99 {load.p99:.0f} ms"
    return row, load


def _events(port: int, secret: str, events: int, seconds: int) -> Load:
    authorization = f"Basic {base64.b64encode(f'{secret}:'.encode()).decode()}"
    given = {"AUTHORIZATION": authorization, "EVENTS": str(events), "SCRIPTS": str(wrk.SCRIPTS)}
    return wrk.load(f"http://127.0.0.1:{port}", "wrk_events.lua", connections=CONNECTIONS, seconds=seconds, **given)


def _settled() -> int:
    """Return how many are there, once what was on its way when a time was over has come."""
    found = -1
    while found != (found := _kept()):
        time.sleep(1)
    return found


def _kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_received")
        return cursor.fetchone()[0]


def _forget_all_but(most: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_received WHERE id > (SELECT min(id) + %s FROM people_received)", (most,))
        cursor.execute("VACUUM ANALYZE people_received")


def _raw(workspace) -> float:
    """Parse batches with msgspec, then COPY their events, so many in a commit, into a table with the same indexes."""
    from duologue.platform.database.clock import database_now

    said = [
        {
            "type": "track",
            "event": "Product Viewed",
            "userId": f"c{number % 5000}",
            "messageId": f"m{number}",
            "timestamp": "2026-01-05T12:00:00Z",
            "properties": {"product_id": f"P{number % 100}", "price": 12.5, "category": "Garden"},
        }
        for number in range(RAW_EVENTS)
    ]
    bodies = [msgspec.json.encode({"batch": said[place : place + IN_A_BATCH]}) for place in range(0, RAW_EVENTS, IN_A_BATCH)]
    raw, typed = msgspec.json.Decoder(dict[str, list[msgspec.Raw]]), msgspec.json.Decoder(Event)
    at = database_now()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_raw (LIKE people_received INCLUDING ALL)")
    begin = time.perf_counter()
    together: list[bytes] = []
    for body in bodies:
        for payload in raw.decode(body)["batch"]:
            typed.decode(payload)
            together.append(bytes(payload))
        if len(together) >= RAW_BATCH:
            with (
                transaction.atomic(),
                connection.cursor() as cursor,
                cursor.copy("COPY bench_raw (workspace_id, source, received_at, arrives_at, payload) FROM STDIN (FORMAT binary)") as copy,
            ):
                copy.set_types(("int8", "varchar", "timestamptz", "timestamptz", "bytea"))
                for payload in together:
                    copy.write_row((workspace.pk, "shop", at, at, payload))
            together.clear()
    seconds = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_raw")
    return RAW_EVENTS / seconds
