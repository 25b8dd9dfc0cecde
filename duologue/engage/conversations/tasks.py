"""What falls due in conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def tell_overdue(workspace: Workspace, now: datetime) -> int:
    """Tell the timeline, once, of every open conversation whose time is up; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_conversation SET overdue_told = true
               WHERE workspace_id = %s AND state = 'open' AND NOT overdue_told AND due_at <= %s
               RETURNING id, profile_id, run_id, run_seq, team, due_at""",
            (workspace.pk, now),
        )
        rows = cursor.fetchall()
    events = [
        NewEvent(profile, due_at, names.CONVERSATION_OVERDUE, {"conversation": pk, "team": team, "seq": seq}, run_id=run)
        for pk, profile, run, seq, team, due_at in rows
    ]
    timeline.write(workspace=workspace, events=events, now=now)
    return len(rows)
