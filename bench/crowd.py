"""Many people at once, by SQL: what the other rows stand on."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def crowd(workspace, count: int, *, bare: bool = False) -> None:
    """Make so many people with an address, a name and consent to promotions; bare ones have the name alone."""
    from duologue.people.consent.actions import save_purpose
    from duologue.people.profiles.rules import shard_of

    save_purpose(workspace=workspace, name="promotions", basis="consent")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('people_profile', 'id')")
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s)", (sequence,))
        first = cursor.fetchone()[0]
        cursor.execute("SELECT setval(%s, %s)", (sequence, first + count))
        with cursor.copy(
            "COPY people_profile (id, workspace_id, person, shard, created_at, seen_at, locale, timezone, country, name) FROM STDIN"
        ) as copy:
            for number in range(first, first + count):
                copy.write_row(
                    (number, workspace.pk, number, shard_of(number), NOON, NOON, "", "UTC", "GB", f"Ada{number % 977} L{number % 5003}")
                )
        for sql in () if bare else MORE:
            cursor.execute(sql, {"workspace": workspace.pk, "first": first, "now": NOON})
        cursor.execute("VACUUM ANALYZE people_profile, people_identifier, people_consentnow, people_fact, people_searchword")


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
