"""Reading the timeline: by batch for followers, by person for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class EventRow:
    """One event as followers see it; `person` and `shard` are those of now, `profile_id` that of the writing."""

    batch_no: int
    id: int
    profile_id: int
    person: int
    shard: int
    occurred_at: datetime
    received_at: datetime
    name: str
    properties: dict[str, Any]
    source: str
    run_id: int | None
    delivery_id: int | None


@dataclass(slots=True, frozen=True)
class Reading:
    """What a follower has not dealt with: whole batches, up to and including `batch_no`."""

    batch_no: int
    events: list[EventRow]


def unread(workspace: Workspace, follower: str, *, most: int = 50_000, only: Collection[str] | None = None) -> Reading | None:
    """Return the next batches for a follower (about `most` events, at least one batch), or None when it has read all.

    With `only`, events of these names alone are brought along.
    Locks the follower's cursor row until the transaction ends, so that two processes never read the same batches;
    None is also returned while another process holds it.
    """
    with connection.cursor() as cursor:
        batches = _locked(cursor, workspace, follower, most)
        if not batches:
            return None
        return Reading(batch_no=batches[-1][0], events=_events(cursor, workspace, batches, only))


def unread_by_all(cursor: Any, workspace: Workspace, followers: Sequence[str], most: int) -> tuple[Reading, dict[str, int]] | None:
    """Return the batches that any of these followers has not dealt with, and up to which batch each has; locks all their cursors.

    None where there are more than `most` events, where one of them has no cursor yet, or where another process holds one.
    """
    cursor.execute(
        """WITH c AS MATERIALIZED (
               SELECT follower, batch_no FROM platform_cursor WHERE workspace_id = %s AND follower = ANY(%s) FOR UPDATE SKIP LOCKED)
           SELECT c.names, c.numbers, b.batch_no, b.write_id, b.first_at, b.last_at, b.events
           FROM (SELECT array_agg(follower) AS names, array_agg(batch_no) AS numbers, min(batch_no) AS first FROM c) c
           LEFT JOIN people_batch b ON b.workspace_id = %s AND b.batch_no > c.first ORDER BY b.batch_no LIMIT %s""",
        (workspace.pk, list(followers), workspace.pk, most + 1),
    )
    found = cursor.fetchall()
    names, numbers = found[0][:2]
    batches = [row[2:6] for row in found if row[2] is not None]
    if len(names or ()) < len(followers) or sum(row[6] for row in found if row[2] is not None) > most:
        return None
    until = dict(zip(names, numbers, strict=True))
    if not batches:
        return Reading(max(numbers), []), until
    return Reading(batches[-1][0], _events(cursor, workspace, batches, None)), until


def _events(cursor: Any, workspace: Workspace, batches: Sequence[tuple[Any, ...]], only: Collection[str] | None) -> list[EventRow]:
    """Return the events of batches (number, write, first and last moment), in order; of these names alone where they are given.

    The limit lets each profile be looked up by its number: a join was planned through the profiles of everybody for five events.
    """
    numbers, write_ids, first_at, last_at = map(list, zip(*batches, strict=True))
    named = "" if only is None else "AND e.name = ANY(%s)"
    cursor.execute(
        f"""SELECT b.batch_no, e.id, e.profile_id, p.person, p.shard, e.occurred_at, e.received_at, e.name, e.properties,
                  e.source, e.run_id, e.delivery_id
           FROM unnest(%s::bigint[], %s::bigint[]) AS b (batch_no, write_id)
           JOIN people_event e ON e.write_id = b.write_id
           CROSS JOIN LATERAL (SELECT person, shard FROM people_profile WHERE workspace_id = e.workspace_id AND id = e.profile_id LIMIT 1) p
           WHERE e.workspace_id = %s AND e.occurred_at BETWEEN %s AND %s {named} ORDER BY b.batch_no, e.id""",
        (numbers, write_ids, workspace.pk, min(first_at), max(last_at), *([] if only is None else [list(only)])),
    )
    return [_row(row) for row in cursor.fetchall()]


def _locked(cursor: Any, workspace: Workspace, follower: str, most: int) -> list[tuple[Any, ...]]:
    """Lock a follower's cursor, made where there is none, and return the batches after it; none while another process holds it."""
    for _ in range(2):
        cursor.execute(
            """SELECT b.* FROM (SELECT batch_no FROM platform_cursor WHERE workspace_id = %s AND follower = %s FOR UPDATE SKIP LOCKED) c
               LEFT JOIN LATERAL (
                   SELECT batch_no, write_id, first_at, last_at, sum(events) OVER (ORDER BY batch_no) - events AS before
                   FROM people_batch WHERE workspace_id = %s AND batch_no > c.batch_no ORDER BY batch_no LIMIT 1000) b ON true""",
            (workspace.pk, follower, workspace.pk),
        )
        if found := cursor.fetchall():
            return [row[:-1] for row in found if row[0] is not None and row[-1] < most]
        cursor.execute(
            "INSERT INTO platform_cursor (workspace_id, follower, batch_no) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING",
            (workspace.pk, follower),
        )
    return []


def _row(row: tuple[Any, ...]) -> EventRow:
    """Make an event of a row; Django hands JSON out as text."""
    values = list(row)
    values[8] = msgspec.json.decode(values[8])
    return EventRow(*values)


BEHIND: Final = """ARRAY(SELECT f.name FROM unnest(%(followers)s::text[]) AS f (name)
    WHERE (SELECT max(batch_no) FROM people_batch WHERE workspace_id = %(workspace)s) > coalesce(
        (SELECT batch_no FROM platform_cursor c WHERE c.workspace_id = %(workspace)s AND c.follower = f.name), 0))"""


def all_read_until(workspace: Workspace, follower: str) -> bool:
    """Say whether a follower has dealt with every batch there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT NOT EXISTS (SELECT FROM people_batch WHERE workspace_id = %s AND batch_no >
               coalesce((SELECT batch_no FROM platform_cursor WHERE workspace_id = %s AND follower = %s), 0))""",
            (workspace.pk, workspace.pk, follower),
        )
        return bool(cursor.fetchone()[0])
