"""What waits in the intake, and what it refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from django.db import connection

from duologue.people.intake.models import Received, Refusal
from duologue.platform.database import locks
from duologue.platform.database.clock import now_receiving
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


NEXT: Final = "SELECT min(arrives_at) FROM people_received WHERE workspace_id = %(workspace)s"


def next_arrival(workspace: Workspace) -> datetime | None:
    """Return when the next event not yet taken in arrives, or None when none waits."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"workspace": workspace.pk})
        return cast("datetime | None", cursor.fetchone()[0])


def receiving(workspace: Workspace) -> datetime:
    """Return the present moment, at which what this transaction brings counts as received; nothing is concluded past it until that ends.

    Ask it first in a transaction that tells what somebody did: a silence that ends at this very moment then waits for it.
    """
    present = now_receiving(workspace.pk)
    return now(workspace) if workspace.is_virtual else present


def processed_until(workspace: Workspace, now: datetime) -> datetime:
    """Return the moment before which everything received is on the timeline.

    It is `now` unless something waits, or a sender's transaction is still open: what it brings was received after it began.
    """
    with connection.cursor() as cursor:
        # senders first: one that commits between the two questions is then seen by the second
        cursor.execute(
            """SELECT min(a.xact_start) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
               WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.mode = 'ShareLock' AND a.pid <> pg_backend_pid()
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
            (locks.RECEIVING, workspace.pk),
        )
        open_since = cursor.fetchone()[0]
    waiting = next_arrival(workspace)
    return cast("datetime", min(moment for moment in (now, open_since, waiting) if moment is not None))


def waiting(workspace: Workspace) -> int:
    """Return how many events wait to be taken in."""
    return Received.within(workspace).count()


def refusals(workspace: Workspace, limit: int = 100) -> list[Refusal]:
    """Return the events refused last."""
    return list(Refusal.within(workspace).order_by("-at", "-id")[:limit])
