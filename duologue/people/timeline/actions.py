"""Writing to the timeline. Batch numbers are given at commit, by the database, in the order of commits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.people.timeline.names import OURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
MONTHS_LOCK: Final = 7254
FIRST_YEAR: Final = 2000


@dataclass(slots=True)
class NewEvent:
    """An event about to be written. `received_at` defaults to the moment of writing."""

    profile_id: int
    occurred_at: datetime
    name: str
    properties: dict[str, Any] = field(default_factory=dict)
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
    ensure_months(event.occurred_at for event in events)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('people_write_id_seq')")
        write_id = cursor.fetchone()[0]
        columns = "workspace_id, profile_id, occurred_at, received_at, name, properties, source, write_id, run_id, delivery_id"
        with cursor.copy(f"COPY people_event ({columns}) FROM STDIN (FORMAT text)") as copy:
            for event in events:
                copy.write_row(
                    (
                        workspace.pk,
                        event.profile_id,
                        event.occurred_at,
                        event.received_at or now,
                        event.name,
                        _as_json(event.properties),
                        event.source,
                        write_id,
                        event.run_id,
                        event.delivery_id,
                    )
                )
        cursor.execute(
            "INSERT INTO people_batch (workspace_id, write_id, events, written_at) VALUES (%s, %s, %s, %s)",
            (workspace.pk, write_id, len(events), now),
        )


def ensure_months(moments: Iterable[datetime]) -> None:
    """Make the monthly partitions that these moments need, where they are missing; call it early in a transaction."""
    wanted = {(at.year, at.month) for at in (moment.astimezone(UTC) for moment in moments) if at.year >= FIRST_YEAR}
    names = {f"people_event_{year}_{month:02d}": (year, month) for year, month in wanted}
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM unnest(%s::text[]) AS n WHERE to_regclass(n) IS NULL", (sorted(names),))
        missing = [row[0] for row in cursor.fetchall()]
        if not missing:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (MONTHS_LOCK,))
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
