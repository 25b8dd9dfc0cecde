"""Events over the tracking API in batches of 100, answered once durable, and then onto the timeline; beside COPY of the same rows."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING

from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

IN_A_BATCH = 100
AT_ONCE = 32


def measure(folder: Path, *, full: bool) -> list[Row]:
    from duologue.people.intake.tasks import process
    from duologue.platform.staff.actions import create_key
    from duologue.platform.workspaces.actions import create_workspace
    from duologue.platform.workspaces.queries import now

    count = 500_000 if full else 50_000
    workspace = create_workspace(name="bench-intake")
    _, secret = create_key(workspace=workspace, name="shop", kind="write", role="", now=now(workspace))
    bodies = [_body(batch) for batch in range(count // IN_A_BATCH)]
    asyncio.run(_send(bodies[:AT_ONCE], secret))
    rest = bodies[AT_ONCE:]
    with Meter() as kept:
        asyncio.run(_send(rest, secret))
    events = len(rest) * IN_A_BATCH
    with Meter() as taken:
        done = 0
        while moved := process(workspace, now(workspace)):
            done += moved
    assert done == count, f"{done} of {count} events arrived"
    raw = _raw(workspace, bodies)
    return [
        kept.row(f"{events:,} events taken by the API, durable", "events/s", events, limit=raw, goal=None),
        taken.row(f"{done:,} events onto the timeline", "events/s", done, limit=raw, goal=None),
    ]


def _body(batch: int) -> bytes:
    events = [
        {
            "type": "track",
            "event": "Product Viewed",
            "userId": f"c{(batch * IN_A_BATCH + place) % 5000}",
            "messageId": f"m{batch}-{place}",
            "timestamp": "2026-01-05T12:00:00Z",
            "properties": {"product_id": f"P{place}", "price": 12.5, "category": "Garden"},
        }
        for place in range(IN_A_BATCH)
    ]
    return json.dumps({"batch": events}).encode()


async def _send(bodies: list[bytes], secret: str) -> None:
    from duologue.api.collect.app import application

    authorization = b"Basic " + base64.b64encode(f"{secret}:".encode())
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/batch",
        "headers": [(b"authorization", authorization), (b"content-type", b"application/json")],
    }
    waiting = iter(bodies)

    async def client() -> None:
        for body in waiting:
            status = 0

            async def receive(body: bytes = body) -> dict:
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message: dict) -> None:
                nonlocal status
                status = message.get("status", status)

            await application(scope, receive, send)
            assert status == 200, f"answered {status}"

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))


def _raw(workspace, bodies: list[bytes]) -> float:
    from django.db import connection, transaction

    rows = [json.dumps(event) for body in bodies for event in json.loads(body)["batch"]]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_raw (id bigserial PRIMARY KEY, workspace_id bigint, payload bytea)")
    begin = time.perf_counter()
    for place in range(0, len(rows), 5000):
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy("COPY bench_raw (workspace_id, payload) FROM STDIN") as copy:
            for row in rows[place : place + 5000]:
                copy.write_row((workspace.pk, row.encode()))
    seconds = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_raw")
    return len(rows) / seconds
