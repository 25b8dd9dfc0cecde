"""Doing a request of another program once, however often it is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.platform.outbound.models import Answered
from duologue.platform.outbound.queries import place_of
from duologue.platform.secrets.sealing import seal

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.staff.models import Key

KEPT: Final = timedelta(hours=24)


def claim(*, key: Key, word: str, request: bytes, now: datetime) -> tuple[Answered, bool]:
    """Return the row of an Idempotency-Key and whether it is new, inside the transaction that does the request.

    While another process does the same request, this waits for it to end.
    """
    held = Answered.within(key.workspace).filter(key=key.pk, word=word)
    held.filter(at__lt=now - KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO platform_answered (workspace_id, key, word, request, at, status, body) VALUES (%s, %s, %s, %s, %s, 0, '')
               ON CONFLICT (workspace_id, key, word) DO NOTHING RETURNING id""",
            (key.workspace_id, key.pk, word, request, now),
        )
        is_new = cursor.fetchone() is not None
    return held.get(), is_new


def remember(*, row: Answered, status: int, body: bytes) -> None:
    """Keep the answer beside its request, sealed: it may hold a secret that is shown this once."""
    row.status, row.body = status, seal(body.decode(), place_of(row))
    row.save(update_fields=["status", "body"])


def forget(*, now: datetime) -> int:
    """Drop answers older than 24 hours in all workspaces; return how many went."""
    return int(Answered._rows.filter(at__lt=now - KEPT).delete()[0])
