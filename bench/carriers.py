"""What an e-mail service tells of letters, by its webhook: written down and durable when answered; beside COPY of the same bodies."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING

from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

IN_A_CALL = 100
AT_ONCE = 32
GOAL = 2000
KINDS = ("delivered", "open", "bounce", "delivered")  # of each four letters


def measure(folder: Path, size: Size) -> list[Row]:
    from duologue.engage.carriers.actions import add_carrier
    from duologue.engage.models import Delivery
    from duologue.platform.workspaces.actions import create_workspace

    many, single = size.many(20_000, 100_000), size.choose(4_000, 20_000)
    workspace = create_workspace(name="bench-carriers")
    letters = _letters(workspace, many + single)
    password = add_carrier(workspace=workspace, name="sendgrid", kind="sendgrid").password
    events = [_event(workspace, letter, KINDS[place % 4]) for place, letter in enumerate(letters)]
    batches = [json.dumps(events[place : place + IN_A_CALL]).encode() for place in range(0, many, IN_A_CALL)]
    singles = [json.dumps([event]).encode() for event in events[many:]]
    with Meter() as together:
        asyncio.run(_send(batches, workspace.name, password))
    with Meter() as apart:
        asyncio.run(_send(singles, workspace.name, password))
    told = Delivery.within(workspace)
    noted = told.exclude(confirmed_at=None).count() + told.exclude(bounced_at=None).count()
    assert noted == (many + single) * 3 // 4, f"{noted} letters were noted"
    case = f"{many:,} events of a service, {IN_A_CALL} in a call, durable"
    return [
        together.row(case, "events/s", many, limit=_raw(batches, IN_A_CALL), goal=GOAL),
        apart.row(f"{single:,} events of a service, one in a call, durable", "events/s", single, limit=_raw(singles, 1), goal=None),
    ]


def _letters(workspace, count: int) -> list[int]:
    from django.db import connection

    from duologue.people.profiles.actions import add
    from duologue.platform.workspaces.queries import now

    at = now(workspace)
    profiles = add(workspace=workspace, seen_at=[at] * (count // 4))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO engage_delivery (workspace_id, person, profile_id, shard, turn, occurrence, body, channel, purpose, kind, basis,
                   state, reason, detail, attempt, sender, due_at, too_late_at, planned_at, accepted_at, address, relay, cost)
               SELECT %s, p, p, 1, 'hello', n, '{}', 'email', 'promotions', 'promotion', 'consent',
                      'accepted', '', '', 1, '', %s, %s, %s, %s, 'p' || p || '@example.com', '', 0
               FROM unnest(%s::bigint[]) AS p, generate_series(1, 4) AS n RETURNING id""",
            (workspace.pk, at, at, at, at, profiles),
        )
        return [row[0] for row in cursor.fetchall()]


def _event(workspace, letter: int, kind: str) -> dict:
    from duologue.engage.channels.email.addresses import mail_token

    token = mail_token(workspace.pk, letter)
    said = {"email": f"p{letter}@example.com", "event": kind, "sg_event_id": f"e{letter}", "duologue": f"d.{token}", "type": "blocked"}
    return {**said, "smtp-id": f"<d.{token}@shop.example>", "sg_message_id": f"m{letter}", "useragent": "Mozilla/5.0 (X11; Linux x86_64)"}


async def _send(bodies: list[bytes], workspace: str, password: str) -> None:
    from duologue.api.callbacks.carriers.door import application

    headers = [
        (b"authorization", b"Basic " + base64.b64encode(f"duologue:{password}".encode())),
        (b"content-type", b"application/json"),
    ]
    path = f"/carriers/{workspace}/sendgrid"
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b"", "server": ("bench", 80)}
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


def _raw(bodies: list[bytes], events: int) -> float:
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_raw_calls (id bigserial PRIMARY KEY, payload bytea)")
    begin = time.perf_counter()
    for place in range(0, len(bodies), AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy("COPY bench_raw_calls (payload) FROM STDIN") as copy:
            for body in bodies[place : place + AT_ONCE]:
                copy.write_row((body,))
    seconds = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_raw_calls")
    return len(bodies) * events / seconds
