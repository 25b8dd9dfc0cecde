"""Raw limits that several rows share."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def copy_file(path: Path, columns: int) -> float:
    """COPY a CSV file as it is into a table of texts; return the seconds it took, with the commit."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_raw ({', '.join(f'c{n} text' for n in range(columns))})")
    begin = time.perf_counter()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        path.open("rb") as file,
        cursor.copy("COPY bench_raw FROM STDIN (FORMAT csv, HEADER true)") as copy,
    ):
        while block := file.read(1 << 16):
            copy.write(block)
    seconds = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_raw")
    return seconds


CLAIM = """SELECT id, dialogue_id, person, seq, arrived_at FROM engage_run WHERE workspace_id = %s AND under_way AND wake_at <= %s
           LIMIT %s FOR UPDATE SKIP LOCKED"""
MOVE = """UPDATE engage_run r SET turn = 'second', seq = n.seq, phase = 'listening', arrived_at = n.at, counts_from = n.at,
                 wake_at = n.wake_at, data = n.data, heard = '{}', delivered = NULL, under_way = true, ended_reason = ''
          FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::jsonb[]) AS n (id, seq, at, wake_at, data)
          WHERE r.id = n.id"""
STEPS = 'COPY engage_runstep (workspace_id, run_id, seq, dialogue_id, person, turn, arrived_at, left_at, heard, "then") FROM STDIN'


def move_runs(workspace, now: datetime, batch: int, count: int) -> float:
    """Claim, update and COPY as the engine does, without deciding anything; return how many runs a second."""
    from duologue.platform.database import arrays

    begin, done = time.perf_counter(), 0
    data = json.dumps({"turn": {name: {"at": now.isoformat()} for name in ("first", "second")}})
    wake_at = now + timedelta(days=3)
    while done < count:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM, (workspace.pk, now, batch))
            rows = cursor.fetchall()
            assert rows, f"{done} of {count} runs were there to be moved"
            ids, size = arrays.numbers(row[0] for row in rows), len(rows)
            moments = (arrays.moments([now] * size), arrays.moments([wake_at] * size))
            cursor.execute(MOVE, (ids, arrays.numbers(row[3] + 1 for row in rows), *moments, arrays.texts([data] * size)))
            fixed = f"first\t%s\t{now.isoformat()}\twaited\tsecond\n"
            lines = [f"{workspace.pk}\t{run}\t{seq}\t{of}\t{person}\t{fixed % at.isoformat()}" for run, of, person, seq, at in rows]
            with cursor.copy(STEPS) as copy:
                copy.write("".join(lines))
        done += size
    return done / (time.perf_counter() - begin)
