"""The worker's part of the intake."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.kit.pipeline import Refused
from duologue.people.intake.actions import note_refusals, take_in
from duologue.people.intake.models import Refusal
from duologue.people.intake.rules import Incoming, understand
from duologue.platform.database import arrays, locks

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

SEEN_FOR = timedelta(days=90)
REFUSALS_KEPT_FOR = timedelta(days=30)
QUIET = frozenset({"seen before"})  # a client that repeats itself after a broken connection is no mistake


@transaction.atomic
def process(workspace: Workspace, now: datetime, most: int = 5000) -> int:
    """Take in the events that have arrived, the first come first; return how many, 0 when none or another process is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (locks.PROCESSING, workspace.pk))
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """SELECT id, source, greatest(received_at, arrives_at), payload FROM people_received
               WHERE workspace_id = %s AND arrives_at <= %s ORDER BY arrives_at, id LIMIT %s""",
            (workspace.pk, now, most),
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        events: list[Incoming] = []
        refused: list[tuple[str, Refused, bytes]] = []
        for _, source, received_at, payload in rows:
            try:
                events.append(understand(bytes(payload), source=source, received_at=received_at, country=workspace.country))
            except Refused as refusal:
                refused.append((source, refusal, bytes(payload)))
        passage = take_in(workspace=workspace, events=events, now=now, outside=True)
        refused += [(event.source, refusal, event.payload) for event, refusal in passage.stopped if refusal.reason not in QUIET]
        note_refusals(workspace=workspace, refusals=refused, now=now)
        cursor.execute(
            "DELETE FROM people_received WHERE workspace_id = %s AND id = ANY(%s::bigint[])",
            (workspace.pk, arrays.numbers([row[0] for row in rows])),
        )
    return len(rows)


def counted(refusals: list[tuple[str, Refused, bytes]]) -> Counter[str]:
    """Return how many were refused for each reason."""
    return Counter(refusal.reason for _, refusal, _ in refusals)


@transaction.atomic
def forget(workspace: Workspace, now: datetime) -> int:
    """Drop message ids older than 90 days and refusals older than 30; return how many rows went."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_seenkey WHERE workspace_id = %s AND seen_at < %s", (workspace.pk, now - SEEN_FOR))
        keys = int(cursor.rowcount)
    return keys + Refusal.within(workspace).filter(at__lt=now - REFUSALS_KEPT_FOR).delete()[0]
