"""The mailbox relay: keeps mail in the workspace instead of sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from duologue.engage.channels.protocol import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.channels.email.mime import Mail
    from duologue.platform.workspaces.models import Workspace

COLUMNS = "workspace_id, delivery_id, at, sender, recipient, subject, content"


def keep(*, workspace: Workspace, relay: str, mails: Sequence[Mail], now: datetime) -> list[Outcome]:
    """Write all mails in one COPY."""
    with connection.cursor() as cursor, cursor.copy(f"COPY engage_keptmail ({COLUMNS}) FROM STDIN (FORMAT text)") as copy:
        for mail in mails:
            letter = mail.letter
            copy.write_row(
                (workspace.pk, letter.delivery, now, letter.sender_address, letter.recipient, letter.subject[:300], mail.content)
            )
    return [Outcome(mail.letter.delivery, "accepted", relay=relay, code="250", text="kept") for mail in mails]


def kept(workspace: Workspace, deliveries: Sequence[int]) -> set[int]:
    """Return those of the deliveries that were kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT delivery_id FROM engage_keptmail WHERE workspace_id = %s AND delivery_id = ANY(%s)", (workspace.pk, list(deliveries))
        )
        return {row[0] for row in cursor.fetchall()}
