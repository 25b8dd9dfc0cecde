"""What channels hold of people, and how it goes: mail kept by test relays. Senders' journals hold numbers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

OF_PROFILES = """workspace_id = %s AND delivery_id IN (
    SELECT id FROM engage_delivery WHERE workspace_id = %s AND profile_id = ANY(%s))"""


class KeptMailData:
    """Kept mail is a whole message to a person; on erasing it goes."""

    name = "kept_mail"
    places = ("engage_keptmail",)

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return the messages kept for these profiles."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT at, sender, recipient, subject, content FROM engage_keptmail WHERE {OF_PROFILES} ORDER BY at, id",
                (workspace.pk, workspace.pk, list(profiles)),
            )
            rows = cursor.fetchall()
        return {
            "kept_mail": [
                {"at": at.isoformat(), "from": sender, "to": to, "subject": subject, "content": bytes(content).decode("utf-8", "replace")}
                for at, sender, to, subject, content in rows
            ]
        }

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Delete them."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM engage_keptmail WHERE {OF_PROFILES}", (workspace.pk, workspace.pk, list(profiles)))
            return int(cursor.rowcount)
