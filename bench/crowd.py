"""Many people at once, by SQL: what the other rows stand on."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
AT_ONCE = 500_000
# what `shard_of` returns: the upper six of 64 bits of a product
SHARD = "div(mod({number}::numeric * 11400714819323198485, 18446744073709551616), 288230376151711744)::smallint"
PEOPLE = """INSERT INTO people_profile (id, workspace_id, person, shard, created_at, seen_at, locale, timezone, country, name)
    SELECT n, %(workspace)s, n, {shard}, %(now)s, %(now)s, '', 'UTC', 'GB', 'Ada' || mod(n, 977) || ' L' || mod(n, 5003)
    FROM generate_series(%(start)s::bigint, %(stop)s::bigint) AS n"""


def crowd(workspace, count: int, *, bare: bool = False) -> None:
    """Make so many people with an address, a name and consent to promotions; bare ones have the name alone."""
    from duologue.people.consent.actions import save_purpose

    save_purpose(workspace=workspace, name="promotions", basis="consent")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('people_profile', 'id')")
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s)", (sequence,))
        first = cursor.fetchone()[0]
        cursor.execute("SELECT setval(%s, %s)", (sequence, first + count))
        for start in range(first, first + count, AT_ONCE):
            many = {"start": start, "stop": min(start + AT_ONCE, first + count) - 1, "workspace": workspace.pk, "now": NOON}
            cursor.execute(PEOPLE.format(shard=SHARD.format(number="n")), many)
        for sql in () if bare else MORE:
            cursor.execute(sql, {"workspace": workspace.pk, "first": first, "now": NOON})
        cursor.execute("VACUUM ANALYZE people_profile, people_identifier, people_consentnow, people_fact, people_searchword")


@contextmanager
def without_indexes(cursor, table: str) -> Iterator[None]:
    """Let rows into a table whose indexes are made anew after; those that constraints stand on stay."""
    cursor.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
           WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
        (table,),
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, statement in found:
        cursor.execute(statement)


MORE = (
    """INSERT INTO people_identifier (workspace_id, profile_id, kind, value, shown, first_seen_at)
       SELECT workspace_id, id, 'email', 'p' || id || '@example.com', 'p' || id || '@example.com', %(now)s
       FROM people_profile WHERE workspace_id = %(workspace)s AND id >= %(first)s""",
    """INSERT INTO people_consentnow (workspace_id, profile_id, purpose, channel, state, at)
       SELECT workspace_id, id, 'promotions', 'email', 'granted', %(now)s
       FROM people_profile WHERE workspace_id = %(workspace)s AND id >= %(first)s""",
    """INSERT INTO people_fact (workspace_id, profile_id, key, value, source, at, purposes)
       SELECT workspace_id, id, 'first_name', to_jsonb('Ada' || id %% 977), 'shop', %(now)s, '{}'
       FROM people_profile WHERE workspace_id = %(workspace)s AND id >= %(first)s""",
    """INSERT INTO people_searchword (workspace_id, word, profile_id)
       SELECT workspace_id, word, id FROM people_profile, unnest(ARRAY['ada' || id %% 977, 'l' || id %% 5003]) AS w (word)
       WHERE workspace_id = %(workspace)s AND id >= %(first)s ON CONFLICT DO NOTHING""",
)
