"""Emptying the database after a test that committed."""

from __future__ import annotations

from django.db import connection

KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # written when the tables were made
LARGE = 4_000_000  # bytes

TABLES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""


def empty() -> None:
    """Empty each table that holds rows. A large one is truncated, which costs more than deleting few rows but leaves no dead ones."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        sizes = {name: size for name, size in cursor.fetchall() if name not in KEPT}
        full = sorted(_holding_rows(cursor, list(sizes)))
        if large := [name for name in full if sizes[name] > LARGE]:
            cursor.execute(f"TRUNCATE {_named(large)} CASCADE")
        cursor.execute("SET session_replication_role = replica")  # links are not asked: everything goes
        try:
            if small := [name for name in full if sizes[name] <= LARGE]:
                cursor.execute(";".join(f'DELETE FROM "{name}"' for name in small))
        finally:
            cursor.execute("RESET session_replication_role")


def _holding_rows(cursor, names: list[str]) -> set[str]:
    if not names:
        return set()
    cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names))
    return {name for (name,) in cursor.fetchall()}


def _named(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
