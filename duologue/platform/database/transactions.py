"""Whether a transaction came about, for what has to be done once more unless it did: asked by its number, after whoever ran it has died."""

from __future__ import annotations

from django.db import DataError, connection, transaction


def number_of_this() -> int:
    """Return the number of the transaction that is open; it is given one if it has none yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def came_about(number: int) -> bool | None:
    """Say whether a transaction was committed; None while it is open. One that this database does not know was not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_xact_status(%s::text::xid8)", (str(number),))
            (status,) = cursor.fetchone()
    except DataError:  # of the future: the database was put back from a backup
        return False
    return None if status == "in progress" else status == "committed"
