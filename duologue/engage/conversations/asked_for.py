"""What was asked for by the link of a letter. Whoever holds a letter that was passed on can ask, so a day's answers are limited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.conversations.origin import Origin
    from duologue.platform.workspaces.models import Workspace


def asked_for(workspace: Workspace, origin: Origin, turn: str, since: datetime) -> list[tuple[str, datetime]]:
    """Return purpose and time of the letters of a turn planned for a person since, by whichever of their links.

    The profile of the link stays locked until the transaction ends, so that two who ask at once are told one after the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM people_profile WHERE workspace_id = %s AND id = %s FOR NO KEY UPDATE", (workspace.pk, origin.profile))
        cursor.execute(
            """SELECT d.purpose, d.planned_at FROM people_profile p
               JOIN engage_delivery d ON d.workspace_id = p.workspace_id AND d.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = %s AND d.turn = %s AND d.run_id IS NULL AND d.planned_at > %s""",
            (workspace.pk, origin.person, turn, since),
        )
        found: list[tuple[str, datetime]] = cursor.fetchall()
    return found
