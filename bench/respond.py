"""Time to respond: at 1,000 events a second, of which one in twenty causes a message, from the request to the message at the sink."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
import threading
import time
from contextlib import suppress
from statistics import median, quantiles
from typing import TYPE_CHECKING

from django.db import connection

from bench.crowd import NOON, crowd
from bench.meter import Meter, Row, database_seconds
from bench.serving import serving

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

A_SECOND = 1000
IN_A_CALL = 20  # of which the first causes a message
WARMED_UP = 5  # seconds
CONNECTIONS = 8
RECIPIENT = re.compile(rb"<p(\d+)@")
MESSAGE = {"subject": "{{ person.first_name }}, your basket", "body": "Hello {{ person.first_name }}. [Go on](https://shop.example/b)."}
DIALOGUE = """
dialogue: basket
about: Answers at once
purpose: promotions
starts: {event: Basket Left}
turns:
  once: {say: hello, then: end}
"""
KNOWN = """INSERT INTO people_identifier (workspace_id, profile_id, kind, value, shown, first_seen_at)
    SELECT workspace_id, id, 'external', 'c' || id, 'c' || id, %s FROM people_profile WHERE workspace_id = %s RETURNING profile_id"""


def measure(folder: Path, size: Size) -> list[Row]:
    seconds = size.choose(30, 120)
    calls = (WARMED_UP + seconds) * A_SECOND // IN_A_CALL
    sink = Sink()
    people, key = _furnished(sink.port, calls * 2 + 1)
    with serving("/healthz") as running:
        asyncio.run(_report(running.port, key, people[:1], people[calls:]))
        _wait_for(sink, 1)  # all its processes are at work
        sink.came.clear()
        before, database = running.cpu(), database_seconds()
        with Meter() as meter:
            begun, answered = asyncio.run(_report(running.port, key, people[1 : calls + 1], people[calls + 1 :]))
        _wait_for(sink, calls)
        cpu, database = running.cpu() - before, database_seconds() - database
    assert answered == calls, f"{answered} of {calls} calls were answered with 200"
    assert sink.came.keys() == begun.keys(), f"{len(sink.came)} of {calls} messages came"
    assert sink.letters == calls + 1, f"{sink.letters} letters came for {calls + 1} people"
    took = [sink.came[person] - begun[person] for person in list(begun)[-seconds * A_SECOND // IN_A_CALL :]]
    of = f"{len(took):,} messages at {A_SECOND:,} events/s"
    half, slow = median(took) * 1000, quantiles(took, n=100)[98] * 1000
    rows = [
        Row(f"time to respond, median of {of}", "ms", half, None, 300, less_is_better=True),
        Row(f"time to respond, 99th percentile of {of}", "ms", slow, None, 1000, less_is_better=True),
    ]
    for row in rows:
        row.cpu_us, row.database_cpu_us = cpu * 1e6 / (calls * IN_A_CALL), database * 1e6 / (calls * IN_A_CALL)
        row.foreign = meter.foreign
    return rows


def _wait_for(sink: Sink, letters: int) -> None:
    deadline = time.monotonic() + 60
    while len(sink.came) < letters and time.monotonic() < deadline:
        time.sleep(0.05)


def _furnished(port: int, people: int) -> tuple[list[int], str]:
    from duologue.engage.channels.actions import save_relay
    from duologue.engage.messages.actions import save_message
    from duologue.engage.runs.actions import start_dialogue
    from duologue.platform.staff.actions import create_key
    from duologue.platform.workspaces.actions import create_workspace
    from duologue.platform.workspaces.queries import now
    from duologue.strategize.dialogues.actions import publish, save_draft

    workspace = create_workspace(name="bench-respond")
    crowd(workspace, people)
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, (NOON, workspace.pk))
        known = sorted(row[0] for row in cursor.fetchall())
        cursor.execute("VACUUM ANALYZE people_identifier")
    way = {"host": "127.0.0.1", "port": port, "security": "none", "connections": 5}
    save_relay(workspace=workspace, name="sink", kind="smtp", settings=way)
    save_message(workspace=workspace, name="hello", source={**MESSAGE, "fallback": {"person.first_name": "you"}}, now=NOON)
    save_draft(workspace=workspace, name="basket", source=DIALOGUE)
    publish(workspace=workspace, name="basket", pins={}, now=NOON)
    start_dialogue(workspace=workspace, name="basket", now=now(workspace))
    return known, create_key(workspace=workspace, name="site", kind="write", role="", now=now(workspace))[1]


async def _report(port: int, key: str, caused: list[int], others: list[int]) -> tuple[dict[int, float], int]:
    """Send a call every so often, whether or not the last was answered; return by person when, and how many were answered with 200."""
    begun: dict[int, float] = {}
    authorization = base64.b64encode(f"{key}:".encode()).decode()
    calls: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue()
    answered = 0

    async def client() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (call := await calls.get()) is not None:
            head = f"POST /v1/batch HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {authorization}\r\n"
            head += f"Content-Length: {len(call[1])}\r\n\r\n"
            writer.write(head.encode() + call[1])
            told = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", told)[1]))
            answered += told.startswith(b"HTTP/1.1 200")
        writer.close()

    clients = [asyncio.create_task(client()) for _ in range(CONNECTIONS)]
    beginning = time.perf_counter()
    for number, person in enumerate(caused):
        await asyncio.sleep(max(0.0, beginning + number * IN_A_CALL / A_SECOND - time.perf_counter()))
        begun[person] = time.perf_counter()
        calls.put_nowait((person, _call(number, person, others)))
    for _ in clients:
        calls.put_nowait(None)
    await asyncio.gather(*clients)
    return begun, answered


def _call(number: int, person: int, others: list[int]) -> bytes:
    seen = [others[(number * IN_A_CALL + place) % len(others)] for place in range(1, IN_A_CALL)]
    said = [(person, "Basket Left"), *((one, "Product Viewed") for one in seen)]
    events = [
        {"type": "track", "event": event, "userId": f"c{one}", "messageId": f"r{person}-{place}", "properties": {"product_id": f"P{place}"}}
        for place, (one, event) in enumerate(said)
    ]
    return json.dumps({"batch": events}).encode()


class Sink:
    """A mail server that notes by person when a letter was there, and how many there were."""

    def __init__(self) -> None:
        self.came: dict[int, float] = {}
        self.letters = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            peer, _ = self._listener.accept()
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError), peer, peer.makefile("rb") as file:
            peer.sendall(b"220 hi\r\n")
            person = 0
            while line := file.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    peer.sendall(b"354 go\r\n")
                    while file.readline() != b".\r\n":
                        pass
                    self.came.setdefault(person, time.perf_counter())
                    self.letters += 1
                elif word == b"RCPT":
                    person = int(RECIPIENT.search(line)[1])
                peer.sendall(b"250-hi\r\n250 PIPELINING\r\n" if word == b"EHLO" else b"250 ok\r\n")
