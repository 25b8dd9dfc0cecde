"""After a restore: what fell due since the backup may have gone, and is not sent again unless a person says so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.engage.messages.claims import COLUMNS, TABLES, claimed_from
from duologue.engage.messages.outcomes import event, is_theirs
from duologue.people.timeline import names
from duologue.people.timeline.actions import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace

RESTORED: Final = "restored"
"""The reason of a delivery that is uncertain since a restore."""
DETAIL: Final = "It fell due between the backup and the restore, and may have gone then."
TOLD_LATE: Final = "It answers what happened between the backup and the restore, and may have gone then."
AT_ONCE: Final = 5000
MAY_HAVE_GONE: Final = "(state = 'handing_over' OR (waits AND due_at <= %(now)s))"
FIRST: Final = "SELECT min(due_at) FROM engage_delivery WHERE workspace_id = %s AND waits"


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
            f"""UPDATE engage_delivery SET state = 'uncertain', reason = %(reason)s, detail = %(detail)s,
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


def hold_back(workspace: Workspace, claimed: Sequence[Claimed], now: datetime) -> set[int]:
    """Make those uncertain that what happened between backup and restore has started, which somebody tells only now; return them.

    An order of that time, imported again, was thanked for then. What a person released is not held back again.
    """
    since, until = workspace.restored_from, workspace.restored_at
    if since is None or until is None:
        return set()
    suspects = [one.id for one in claimed if (at := _began(one)) is not None and since < at <= until]
    if not suspects:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_delivery SET state = 'uncertain', reason = %s, detail = %s, handed_over_at = %s
               WHERE workspace_id = %s AND id = ANY(%s) AND state = 'queued' AND handed_over_at IS NULL RETURNING id""",
            (RESTORED, TOLD_LATE, now, workspace.pk, suspects),
        )
        held = {row[0] for row in cursor.fetchall()}
    told = [event(one, names.MESSAGE_UNCERTAIN, now, reason=RESTORED) for one in claimed if one.id in held and is_theirs(one)]
    write(workspace=workspace, events=told, now=now)
    return held


def _began(one: Claimed) -> datetime | None:
    """Return when that happened which started a delivery's run, where something did."""
    values = one.body.get("values")
    start = values.get("start") if isinstance(values, dict) else None
    try:
        at = datetime.fromisoformat(start["at"]) if isinstance(start, dict) and "at" in start else None
    except (TypeError, ValueError):
        return None
    return at if at is not None and at.tzinfo else None


def next_due(workspace: Workspace) -> datetime | None:
    """Return when the next waiting delivery is due, though all sending be stopped and its dialogue paused."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, (workspace.pk,))
        return cursor.fetchone()[0]  # type: ignore[no-any-return]
