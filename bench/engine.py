"""Transitions of waiting runs (each leaves a turn and enters the next, with all its rows), beside one SQL UPDATE of the same rows."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from bench.crowd import NOON, crowd
from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

DIALOGUE = """
dialogue: waiting
about: Waits twice and ends
purpose: promotions
audience: everybody
start: first
turns:
  first: {wait: 3d, then: second}
  second: {wait: 3d, then: third}
  third: {wait: 3d, then: end}
"""
SEGMENT = "segment: everybody\nabout: For measuring\nwhere: {person.bench: true}\n"
BATCH = 10_000
SIZES = {False: (200_000, 60_000), True: (1_000_000, 200_000)}  # waiting runs, and how many of them move


def measure(folder: Path, *, full: bool) -> list[Row]:
    from duologue.engage.runs.tasks import wake
    from duologue.platform.workspaces.actions import create_workspace

    waiting, moves = SIZES[full]
    workspace = create_workspace(name="bench-engine", clock_at=NOON)
    crowd(workspace, waiting)
    _runs(workspace, waiting)
    later = NOON + timedelta(days=4)
    done = wake(workspace, later, 1000)  # reads plans, prepares
    done = 0
    with Meter() as meter:
        while done < moves and (moved := wake(workspace, later, BATCH)):
            done += moved
    assert done >= moves, f"only {done} runs moved"
    return [meter.row(f"transitions with {waiting:,} waiting", "transitions/s", done, limit=_raw(workspace, moves), goal=12_000)]


def _runs(workspace, count: int) -> None:
    """Let the product start one run, and copy it for everybody else."""
    from duologue.cli.worker.once import turn_the_wheel
    from duologue.engage.runs.actions import start_dialogue
    from duologue.people.profiles.actions import NewFact, learn
    from duologue.strategize.dialogues.actions import publish, save_draft
    from duologue.strategize.segments.actions import save_segment

    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
        one = cursor.fetchone()[0]
    learn(workspace=workspace, facts=[NewFact(one, "bench", True, "bench", NOON)], now=NOON)
    save_segment(workspace=workspace, name="everybody", source_yaml=SEGMENT, now=NOON)
    turn_the_wheel(workspace, NOON)
    save_draft(workspace=workspace, name="waiting", source=DIALOGUE)
    publish(workspace=workspace, name="waiting", pins={}, now=NOON)
    start_dialogue(workspace=workspace, name="waiting", now=NOON)
    turn_the_wheel(workspace, NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'engage_run' AND column_name <> 'id'")
        columns = [row[0] for row in cursor.fetchall()]
        own = {"person": "p.person", "profile_id": "p.id", "shard": "p.shard"}
        cursor.execute(
            f"""INSERT INTO engage_run ({", ".join(columns)}) SELECT {", ".join(own.get(name, f"r.{name}") for name in columns)}
                FROM people_profile p, (SELECT * FROM engage_run WHERE workspace_id = %s AND profile_id = %s) r
                WHERE p.workspace_id = %s AND p.id <> %s""",
            (workspace.pk, one, workspace.pk, one),
        )
        assert cursor.rowcount == count - 1, f"{cursor.rowcount} runs were copied"
        cursor.execute("VACUUM ANALYZE engage_run")


def _raw(workspace, count: int) -> float:
    """UPDATE … FROM unnest in the same batches, on runs that have not moved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM engage_run WHERE workspace_id = %s AND seq = 1 ORDER BY id LIMIT %s", (workspace.pk, count))
        ids = [row[0] for row in cursor.fetchall()]
    begin = time.perf_counter()
    for place in range(0, len(ids), BATCH):
        part = ids[place : place + BATCH]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """UPDATE engage_run r SET turn = n.turn, seq = n.seq, wake_at = n.wake_at
                   FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::timestamptz[]) AS n (id, turn, seq, wake_at) WHERE r.id = n.id""",
                (part, ["second"] * len(part), [2] * len(part), [NOON + timedelta(days=8)] * len(part)),
            )
    return len(ids) / (time.perf_counter() - begin)
