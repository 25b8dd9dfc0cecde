"""Tracking links followed by `wrk`: clicks judged and durable before the redirect; then with the database killed, and told after."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from django.db import connection

from bench import wrk
from bench.crowd import NOON, crowd
from bench.meter import Meter, Row, _postmaster, database_seconds, process_peak_mb
from bench.serving import web

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size
    from bench.wrk import Load

LINKS = 20_000  # so that each is followed again after some seconds, not within one burst
CONNECTIONS = 64
GOAL = 5000
SOURCE = {"subject": "Look", "body": "Look [here](https://shop.example/new)."}
LETTERS = """INSERT INTO engage_delivery (workspace_id, person, profile_id, shard, turn, occurrence, body, channel, purpose, kind, basis,
        state, reason, detail, attempt, sender, due_at, too_late_at, planned_at, accepted_at, address, relay, cost, message_version_id)
    SELECT workspace_id, person, id, shard, 'hello', 1, '{}', 'email', 'promotions', 'promotion', 'consent',
        'accepted', '', '', 1, '', %(at)s, %(at)s, %(at)s, %(at)s, 'p' || id || '@example.com', '', 0, %(version)s
    FROM people_profile WHERE workspace_id = %(workspace)s RETURNING id"""


def measure(folder: Path, size: Size) -> list[Row]:
    from duologue.engage.conversations.clicks import tell_spooled
    from duologue.platform.database.ready import let_go

    if wrk.program() is None:
        return [Row(f"links: {wrk.MISSING}", "", 0, None, GOAL)]
    workspace = _furnished(folder)
    seconds = size.choose(10, 30)
    with web() as serving:
        _follow(serving.port, folder, 3)
        began, before = serving.cpu(), database_seconds()
        with Meter() as meter:
            there = _follow(serving.port, folder, seconds)
        cpu, database = serving.cpu() - began, database_seconds() - before
        if there.requests < LINKS + CONNECTIONS:  # on a busy machine: each link is known once it has led on
            _follow(serving.port, folder, 2 * seconds * LINKS // there.requests)
        clicks = _clicks(workspace)
        postmaster = _postmaster()
        let_go()
        os.kill(postmaster, signal.SIGKILL)
        began = serving.cpu()
        away = _follow(serving.port, folder, seconds)
        alone = serving.cpu() - began
        _revive()
        peak = process_peak_mb(serving.worker())
    told = tell_spooled()
    came = _clicks(workspace) - clicks  # a batch may still have been written by a server process that outlived its parent for a moment
    assert told <= came <= told + CONNECTIONS, f"{told} clicks were told, {came} are there"
    assert away.requests <= came <= away.requests + CONNECTIONS, f"{away.requests} were led on, {came} were kept"
    rows = [
        _row("links led on and noted, for each processor of web and PostgreSQL", there, cpu, database),
        _row("links led on with the database away, for each processor", away, alone, 0.0),
    ]
    for row in rows:
        row.peak_mb, row.foreign = peak, meter.foreign
    return rows


def _row(case: str, load: Load, cpu: float, database: float) -> Row:
    assert (load.refused, load.lost) == (0, 0), f"{load.refused} of {load.requests} led nowhere, {load.lost} were lost"
    row = Row(case, "links/s", load.requests / (cpu + database), None, GOAL)
    row.cpu_us, row.database_cpu_us = cpu * 1e6 / load.requests, database * 1e6 / load.requests
    row.note = f"{load.requests / load.seconds:,.0f} links/s beside wrk; p99 {load.p99:.0f} ms"
    return row


def _furnished(folder: Path):
    from duologue.engage.messages.actions import save_message
    from duologue.platform.secrets.signing import sign
    from duologue.platform.workspaces.actions import create_workspace

    workspace = create_workspace(name="bench-links")
    crowd(workspace, LINKS)
    version = save_message(workspace=workspace, name="hello", source=SOURCE, now=NOON)
    with connection.cursor() as cursor:
        cursor.execute(LETTERS, {"at": NOON, "version": version.pk, "workspace": workspace.pk})
        letters = [row[0] for row in cursor.fetchall()]
        cursor.execute("VACUUM ANALYZE engage_delivery")
    (folder / "links").write_text("".join(f"/l/{sign('click', workspace.pk, letter, 1)}\n" for letter in letters))
    return workspace


def _follow(port: int, folder: Path, seconds: int) -> Load:
    given = {"LINKS": str(folder / "links"), "SCRIPTS": str(wrk.SCRIPTS)}
    return wrk.load(f"http://127.0.0.1:{port}", "wrk_links.lua", connections=CONNECTIONS, seconds=seconds, **given)


def _clicks(workspace) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_event WHERE workspace_id = %s AND name = 'Link Clicked'", (workspace.pk,))
        return cursor.fetchone()[0]


def _revive() -> None:
    from django.conf import settings

    from duologue.platform.database.embedded import revive
    from duologue.platform.database.footing import find_footing
    from duologue.platform.database.server import Server

    assert revive(Server(find_footing(settings.DATA), settings.DATA.socket_folder, True, lambda _sentence: None))
