"""Writing to the timeline. Batch numbers are given at commit, by the database, in the order of commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.people.timeline.blocks import Block, NewEvent, as_block, months_of
from duologue.platform.bells.bell import WORKER, ring_once_kept
from duologue.platform.database import locks, rows
from duologue.platform.database.blocks import moment
from duologue.platform.database.numbers import Numbers, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

__all__ = ["NewEvent", "append", "ensure_months", "move_cursor", "move_cursors", "write"]

FIRST_YEAR: Final = 2000
WRITE_IDS: Final = Numbers("people_write_id_seq")
BATCH: Final = "people_batch (workspace_id, write_id, events, first_at, last_at, written_at)"


def write(*, workspace: Workspace, events: Sequence[NewEvent], now: datetime) -> None:
    """Append events in one COPY and register them as one batch; must be called inside a transaction.

    The batch gets its number when the transaction commits (a deferred trigger takes the advisory lock then),
    so numbers have no gaps and no reader can pass over a slow transaction.
    """
    append(workspace=workspace, block=as_block(events, now), now=now)


def append(*, workspace: Workspace, block: Block, now: datetime) -> None:
    """Do as `write` does with what `as_block` made."""
    if block.span is None:
        return
    assert connection.in_atomic_block, "the timeline is written inside a transaction"
    _ensure(block.span.months)
    fixed = (str(workspace.pk), str(WRITE_IDS.take()))
    moments = (moment(block.span.first), moment(block.span.last), moment(now))
    with connection.cursor() as cursor:
        if "received_at" in block.columns:
            rows.copy_block(cursor, f"people_event (workspace_id, write_id, {block.columns})", block.rows, first=fixed)
        else:
            columns = f"workspace_id, write_id, received_at, {block.columns}"
            rows.copy_block(cursor, f"people_event ({columns})", block.rows, first=(*fixed, moment(now)))
        rows.add(cursor, BATCH, (*fixed, str(block.span.events), *moments))
    ring_once_kept(WORKER)


def ensure_months(moments: Iterable[datetime]) -> None:
    """Make the monthly partitions that these moments need, where they are missing; call it early in a transaction."""
    _ensure(months_of(moments))


def _ensure(months: set[tuple[int, int]]) -> None:
    known = _there.setdefault(where(), set())
    wanted = {month for month in months - known if month[0] >= FIRST_YEAR}
    if not wanted:
        return
    transaction.on_commit(lambda: known.update(wanted))
    names = {f"people_event_{year}_{month:02d}": (year, month) for year, month in wanted}
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM unnest(%s::text[]) AS n WHERE to_regclass(n) IS NULL", (sorted(names),))
        missing = [row[0] for row in cursor.fetchall()]
        if not missing:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (locks.MONTHS,))
        for name in missing:
            year, month = names[name]
            until = f"{year + month // 12}-{month % 12 + 1:02d}-01"
            cursor.execute("SELECT to_regclass(%s) IS NULL", (name,))
            if cursor.fetchone()[0]:
                # attaching does not lock out readers of the other months, as making it in place would
                cursor.execute(f"CREATE TABLE {name} (LIKE people_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
                bounds = f"FROM ('{year}-{month:02d}-01 00:00:00+00') TO ('{until} 00:00:00+00')"
                cursor.execute(f"ALTER TABLE people_event ATTACH PARTITION {name} FOR VALUES {bounds}")


def move_cursor(*, workspace: Workspace, follower: str, batch_no: int) -> None:
    """Remember, in the transaction of the follower's work, that it has dealt with all batches up to this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_cursor (workspace_id, follower, batch_no) VALUES (%s, %s, %s) "
            "ON CONFLICT (workspace_id, follower) DO UPDATE SET batch_no = excluded.batch_no "
            "WHERE platform_cursor.batch_no < excluded.batch_no",
            (workspace.pk, follower, batch_no),
        )


def move_cursors(*, workspace: Workspace, followers: Sequence[str], batch_no: int) -> None:
    """Do as `move_cursor` does for several that have cursors."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_cursor SET batch_no = %s WHERE workspace_id = %s AND follower = ANY(%s) AND batch_no < %s",
            (batch_no, workspace.pk, list(followers), batch_no),
        )


_there: dict[str, set[tuple[int, int]]] = {}  # by database, those that are there for good: seen by a transaction that was committed
