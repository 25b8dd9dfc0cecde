"""Personalised messages through gate and ledger to an SMTP sink, beside a bare pipelined sender of one ready message."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bench import sink
from bench.crowd import NOON, crowd
from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

PARAGRAPHS = "".join(
    f"Paragraph {n} for {{{{ person.first_name }}}} with some words that go on and on.\n\n[link {n}](https://shop.example/p/{n})\n\n"
    for n in range(8)
)
MESSAGE = {
    "subject": "Hi {{ person.first_name }}",
    "body": f"# Hello {{{{ person.first_name }}}}\n\n{PARAGRAPHS}",
    "fallback": {"person.first_name": "there"},
}
CONNECTIONS = 15


def measure(folder: Path, size: Size) -> list[Row]:
    if (program := sink.program()) is None:
        return [Row("mail: smtp-sink is not installed (Debian: postfix)", "", 0, None, 3000)]
    with sink.sink(program) as running:
        return _measured(running.port, size.many(6_000, 50_000))


def _measured(port: int, count: int) -> list[Row]:
    from duologue.engage.channels.actions import save_relay
    from duologue.engage.messages.actions import save_message
    from duologue.engage.messages.tasks import send_due
    from duologue.platform.workspaces.actions import create_workspace

    workspace = create_workspace(name="bench-mail")
    crowd(workspace, count + 500)
    way = {"host": "127.0.0.1", "port": port, "security": "none", "connections": CONNECTIONS}
    save_relay(workspace=workspace, name="sink", kind="smtp", is_test=True, settings=way)
    save_message(workspace=workspace, name="hello", source=MESSAGE, now=NOON)
    _plan(workspace)
    sent = send_due(workspace, NOON, most=500)  # opens connections, compiles
    sent = 0
    with Meter() as meter:
        while moved := send_due(workspace, NOON):
            sent += moved
    assert sent == count, f"{sent} of {count} were sent"
    return [
        meter.row(f"{count:,} messages to the sink, in the ledger", "messages/s", sent, limit=asyncio.run(_raw(port, count)), goal=3000)
    ]


def _plan(workspace) -> None:
    from django.db import connection

    from duologue.engage.messages.actions import NewDelivery, plan

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person, shard FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
        rows = cursor.fetchall()
    until = NOON + timedelta(days=7)
    plan(
        workspace=workspace,
        deliveries=[
            NewDelivery(person, profile, shard, "email", "promotions", NOON, until, message="hello") for profile, person, shard in rows
        ],
        now=NOON,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE engage_delivery")


async def _raw(port: int, count: int) -> float:
    """One write for each message's commands and content, one read for its replies, on as many connections."""
    letter = b"Subject: Hi\r\nFrom: <a@shop.example>\r\n\r\n" + b"A line of some length, as letters have them.\r\n" * 180 + b".\r\n"
    commands = b"MAIL FROM:<b@shop.example>\r\nRCPT TO:<p@example.com>\r\nDATA\r\n"

    async def connection(letters: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        writer.write(b"HELO bench\r\n")
        await reader.readline()
        for _ in range(letters):
            writer.write(commands + letter)
            for _ in range(4):
                await reader.readline()
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(connection(count // CONNECTIONS) for _ in range(CONNECTIONS)))
    return count // CONNECTIONS * CONNECTIONS / (time.perf_counter() - begin)
