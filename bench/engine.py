"""Transitions of waiting runs, each with all its rows: by one worker, by two, and by a loop that decides nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from bench.crowd import AT_ONCE, NOON, crowd, without_indexes
from bench.meter import Meter, Row
from bench.raw import move_runs
from bench.waker import Wakers

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

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
WAITING = 200_000, 1_000_000
MOST_MOVES = 200_000
FEW, MANY = 100_000, 10_000_000
LATER = NOON + timedelta(days=4)  # those who are due by then began at any moment of the day before; all others begin later


def measure(folder: Path, size: Size) -> list[Row]:
    """Move a fifth of the runs by one worker, as many by two, as many by the loop, while others wait; in full, then beside many more."""
    rows = _beside_the_loop(size.many(*WAITING))
    if size.full:
        rows.append(_many_beside_few(size.people or MANY))
    right = _adds_up()
    for row in rows:
        row.correct = row.correct and right
    return rows


def _beside_the_loop(waiting: int) -> list[Row]:
    moves = min(MOST_MOVES, waiting // 5)
    workspace = _waiting("bench-engine", waiting, due=4 * moves)
    one, done = _moved(workspace, moves)
    with Wakers(2, workspace, LATER, BATCH, moves // 2) as wakers, Meter() as two:
        done_by_two = wakers.run()
    limit = move_runs(workspace, LATER, BATCH, moves)
    rows = [
        one.row(f"transitions with {waiting:,} waiting", "transitions/s", done, limit=limit, goal=15_000),
        two.row("  by two workers", "transitions/s", done_by_two, limit=None, goal=22_000),
    ]
    rows[1].cpu_us, rows[1].peak_mb = wakers.cpu * 1e6 / done_by_two, wakers.memory
    rows[0].correct = done >= moves
    return rows


def _many_beside_few(many: int) -> Row:
    """Tell the rate while so many wait, its limit the rate while few do, in the same database before they came."""
    moves = FEW * 2 // 5
    meter, done = _moved(_waiting("bench-few", FEW, due=2 * moves), moves)
    few = meter.row("", "transitions/s", done, limit=None, goal=None)
    moves = min(MOST_MOVES, many // 5)
    meter, done = _moved(_waiting("bench-many", many, due=2 * moves), moves)
    row = meter.row(f"transitions with {many:,} waiting", "transitions/s", done, limit=few.value, goal=few.value / 2)
    row.correct = done >= moves
    row.note = f"the limit is the rate while {FEW:,} wait, at {few.cpu_us:.0f} µs here and {few.database_cpu_us:.0f} in PostgreSQL"
    return row


def _waiting(name: str, count: int, *, due: int):
    """Return a workspace in which so many runs wait."""
    from duologue.platform.workspaces.actions import create_workspace

    workspace = create_workspace(name=name, clock_at=NOON)
    crowd(workspace, count, bare=True)
    _runs(workspace, count, due=due)
    return workspace


def _moved(workspace, moves: int) -> tuple[Meter, int]:
    from duologue.engage.runs.tasks import wake

    wake(workspace, LATER, 1000)  # reads plans, prepares
    done = 0
    with Meter() as meter:
        while done < moves and (moved := wake(workspace, LATER, BATCH)):
            done += moved
    return meter, done


def _runs(workspace, count: int, *, due: int) -> None:
    """Let the product start one run, and copy it for everybody else; so many, anywhere in the table, are due by LATER."""
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
        own |= {name: f"r.{name} + p.later" for name in ("arrived_at", "counts_from", "wake_at", "started_at")}
        copied = f"""INSERT INTO engage_run ({", ".join(columns)}) SELECT {", ".join(own.get(name, f"r.{name}") for name in columns)}
            FROM (SELECT *, random() * interval '1 day' + CASE WHEN random() < %s THEN interval '0' ELSE interval '2 days' END AS later
                  FROM people_profile WHERE workspace_id = %s AND id > %s AND id <= %s) p,
                 (SELECT * FROM engage_run WHERE workspace_id = %s AND profile_id = %s) r"""
        made = 0
        with without_indexes(cursor, "engage_run"):
            for after in range(one, one + count, AT_ONCE):
                until = min(after + AT_ONCE, one + count - 1)
                cursor.execute(copied, (due * 1.03 / count, workspace.pk, after, until, workspace.pk, one))
                made += cursor.rowcount
        assert made == count - 1, f"{made} runs were copied"
        cursor.execute("VACUUM ANALYZE engage_run")
        cursor.execute("CHECKPOINT")


def _adds_up() -> bool:
    """Say whether every turn entered but the present one was left behind as a step, and every run is at the turn that its number says."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM engage_run r FULL JOIN engage_runstep s ON s.workspace_id = r.workspace_id AND s.run_id = r.id
               WHERE r.id IS NULL OR CASE r.seq WHEN 1 THEN r.turn <> 'first' OR s.turn IS NOT NULL
                                     ELSE r.turn <> 'second' OR s.turn IS DISTINCT FROM 'first' OR r.seq <> s.seq + 1 END"""
        )
        return cursor.fetchone()[0] == 0
