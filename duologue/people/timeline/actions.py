"""Writing to the timeline. Batch numbers are given at commit, by the database, in the order of commits."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection, transaction

from duologue.people.timeline.names import OURS
from duologue.platform.database import locks, rows
from duologue.platform.database.numbers import Numbers, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

FIRST_YEAR: Final = 2000
COLUMNS: Final = "workspace_id, write_id, name, source, profile_id, occurred_at, received_at, properties"
TIES: Final = ", run_id, delivery_id"
WRITE_IDS: Final = Numbers("people_write_id_seq")
BATCH: Final = "people_batch (workspace_id, write_id, events, first_at, last_at, written_at)"


class NewEvent(msgspec.Struct, gc=False):
    """An event about to be written. `received_at` defaults to the moment of writing."""

    profile_id: int
    occurred_at: datetime
    name: str
    properties: dict[str, Any] = {}
    source: str = OURS
    received_at: datetime | None = None
    run_id: int | None = None
    delivery_id: int | None = None


def write(*, workspace: Workspace, events: Sequence[NewEvent], now: datetime) -> None:
    """Append events in one COPY and register them as one batch; must be called inside a transaction.

    The batch gets its number when the transaction commits (a deferred trigger takes the advisory lock then),
    so numbers have no gaps and no reader can pass over a slow transaction.
    """
    if not events:
        return
    assert connection.in_atomic_block, "the timeline is written inside a transaction"
    occurred = [event.occurred_at for event in events]
    tied = any(event.run_id is not None or event.delivery_id is not None for event in events)
    made = [_row(event, now, tied) for event in events]
    ensure_months(occurred)
    fixed = (str(workspace.pk), str(WRITE_IDS.take()))
    spans = map(rows.moment, (min(occurred), max(occurred), now))
    with connection.cursor() as cursor:
        rows.copy(cursor, f"people_event ({COLUMNS}{TIES if tied else ''})", (fixed + row for row in made))
        rows.copy(cursor, BATCH, [(*fixed, str(len(events)), *spans)])


def _row(event: NewEvent, now: datetime, tied: bool) -> tuple[str, ...]:  # noqa: FBT001
    row = (
        event.name,
        event.source,
        str(event.profile_id),
        rows.moment(event.occurred_at),
        rows.moment(event.received_at or now),
        msgspec.json.encode(event.properties).decode(),
    )
    if not tied:
        return row
    run = rows.NOTHING if event.run_id is None else str(event.run_id)
    return (*row, run, rows.NOTHING if event.delivery_id is None else str(event.delivery_id))


def ensure_months(moments: Iterable[datetime]) -> None:
    """Make the monthly partitions that these moments need, where they are missing; call it early in a transaction."""
    utc = (moment if moment.tzinfo is UTC else moment.astimezone(UTC) for moment in moments)
    known = _months.setdefault(where(), set())
    wanted = {month for month in {(at.year, at.month) for at in utc} - known if month[0] >= FIRST_YEAR}
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


_months: dict[str, set[tuple[int, int]]] = {}  # by database, those that are there for good: seen by a transaction that was committed
