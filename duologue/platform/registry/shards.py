"""Who writes for which people: leases on the 64 shards, shared fairly among those who ask, proven by their epoch.

An owner asks again every few seconds. Whoever stops asking loses its shards after LEASE_SECONDS; the epoch then rises,
so that a late write of the old owner is refused by `check` in its own transaction.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SHARDS = 64
LEASE_SECONDS = 10


class LeaseLost(Exception):
    """Another owner writes for these people now; roll back and ask for leases again."""


@transaction.atomic
def acquire(role: str, owner: str, now: datetime, most: int = SHARDS) -> dict[int, int]:
    """Take or renew leases and return {shard: epoch} of all that the owner now holds; the rest falls to others.

    `now` is the database's clock, never a workspace's. Call it outside any other transaction. With n owners asking,
    each comes to hold at most ceil(64 / n); shards in use by a running transaction are left for the next time.
    """
    until = now + timedelta(seconds=LEASE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO platform_shardowner (role, owner, seen_until) VALUES (%s, %s, %s)
               ON CONFLICT (role, owner) DO UPDATE SET seen_until = excluded.seen_until""",
            (role, owner, until),
        )
        cursor.execute("SELECT count(*) FROM platform_shardowner WHERE role = %s AND seen_until > %s", (role, now))
        share = min(most, -(-SHARDS // max(1, cursor.fetchone()[0])))
        cursor.execute(
            """INSERT INTO platform_shardlease (role, shard, owner, epoch, expires_at)
               SELECT %s, shard, '', 0, %s FROM generate_series(0, %s) AS shard ON CONFLICT DO NOTHING""",
            (role, now - timedelta(seconds=1), SHARDS - 1),
        )
        cursor.execute(
            """WITH wanted AS (
                 SELECT shard FROM platform_shardlease WHERE role = %(role)s AND (owner = %(owner)s OR expires_at <= %(now)s)
                 ORDER BY owner <> %(owner)s, shard LIMIT %(share)s FOR UPDATE SKIP LOCKED)
               UPDATE platform_shardlease l SET owner = %(owner)s, expires_at = %(until)s,
                      epoch = l.epoch + (l.owner <> %(owner)s)::int
               FROM wanted WHERE l.role = %(role)s AND l.shard = wanted.shard RETURNING l.shard, l.epoch""",
            {"role": role, "owner": owner, "now": now, "until": until, "share": share},
        )
        held = dict(cursor.fetchall())
        cursor.execute(  # more than its share: what others may take
            "UPDATE platform_shardlease SET owner = '', epoch = epoch + 1, expires_at = %s "
            "WHERE role = %s AND owner = %s AND NOT shard = ANY(%s)",
            (now, role, owner, list(held)),
        )
    return held


def check(role: str, leases: Mapping[int, int]) -> None:
    """Make sure, until the transaction ends, that these leases still hold; call it in the transaction that writes.

    Raises LeaseLost when any of them changed hands.
    """
    if not leases:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.shard FROM platform_shardlease l JOIN unnest(%s::smallint[], %s::bigint[]) AS mine (shard, epoch)
               ON l.shard = mine.shard AND l.epoch = mine.epoch WHERE l.role = %s ORDER BY l.shard FOR SHARE OF l""",
            (list(leases), list(leases.values()), role),
        )
        if len(cursor.fetchall()) < len(leases):
            raise LeaseLost(f"Another process has taken over shards of {role}.")


@transaction.atomic
def release(role: str, owner: str, now: datetime) -> None:
    """Give all leases of the owner back at once, on a clean stop."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_shardlease SET owner = '', epoch = epoch + 1, expires_at = %s WHERE role = %s AND owner = %s",
            (now, role, owner),
        )
        cursor.execute("DELETE FROM platform_shardowner WHERE role = %s AND (owner = %s OR seen_until <= %s)", (role, owner, now))
