"""After a restore: what fell due since the backup may have gone, and is not sent again unless a person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.engage.messages.claims import COLUMNS, TABLES, claimed_from
from duologue.engage.messages.outcomes import event, is_theirs
from duologue.people.timeline import names
from duologue.people.timeline.actions import write

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

RESTORED: Final = "restored"
"""The reason of a delivery that is uncertain since a restore."""
DETAIL: Final = "It fell due between the backup and the restore, and may have gone then."
AT_ONCE: Final = 5000
MAY_HAVE_GONE: Final = "(state = 'handing_over' OR (state = 'queued' AND due_at <= %(now)s))"
FIRST: Final = "SELECT min(due_at) FROM engage_delivery WHERE workspace_id = %s AND state = 'queued'"


def may_have_gone(*, workspace: Workspace, now: datetime) -> int:
    """Make all uncertain that was due by this moment or being handed over, whatever the gate would say; return how many."""
    count = 0
    while moved := _some(workspace, now):
        count += moved
    return count


@transaction.atomic
def _some(workspace: Workspace, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE engage_delivery SET state = 'uncertain', reason = %(reason)s, detail = %(detail)s, claimed_until = NULL,
                       handed_over_at = coalesce(handed_over_at, due_at)
                WHERE workspace_id = %(workspace)s AND id IN (SELECT id FROM engage_delivery
                      WHERE workspace_id = %(workspace)s AND {MAY_HAVE_GONE} ORDER BY id LIMIT %(most)s)
                RETURNING id""",
            {"reason": RESTORED, "detail": DETAIL, "workspace": workspace.pk, "now": now, "most": AT_ONCE},
        )
        moved = [row[0] for row in cursor.fetchall()]
        if not moved:
            return 0
        cursor.execute(f"SELECT {COLUMNS} FROM {TABLES} WHERE d.workspace_id = %s AND d.id = ANY(%s)", (workspace.pk, moved))
        those = [claimed_from(row) for row in cursor.fetchall()]
    told = [event(one, names.MESSAGE_UNCERTAIN, now, reason=RESTORED) for one in those if is_theirs(one)]
    write(workspace=workspace, events=told, now=now)
    return len(moved)


def next_due(workspace: Workspace) -> datetime | None:
    """Return when the next waiting delivery is due, though all sending be stopped and its dialogue paused."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, (workspace.pk,))
        return cursor.fetchone()[0]  # type: ignore[no-any-return]
