"""The database's clock: the only live one, read once per batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import connection

from duologue.platform.database import locks

if TYPE_CHECKING:
    from datetime import datetime


def database_now() -> datetime:
    """Return the database's present moment, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cast("datetime", cursor.fetchone()[0])


def now_receiving(workspace: int) -> datetime:
    """Share the lock of those who receive until this transaction ends, and return the moment once it is held; all in one question."""
    assert connection.in_atomic_block, "the lock would be let go at once"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s), clock_timestamp()", (locks.RECEIVING, workspace))
        return cast("datetime", cursor.fetchone()[1])
