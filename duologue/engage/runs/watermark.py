"""Up to which moment silence may be concluded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection

from duologue.people.intake.queries import processed_until

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

FOLLOWER = "runs"
LOOKED_AT = 500


def watermark(workspace: Workspace, now: datetime, *, read_up_to: int | None = None) -> datetime:
    """Return the moment before which everything received is known to the runs.

    It is what the intake has put onto the timeline, less what the runs have not read yet; `read_up_to` is the batch that
    the caller has read in this very transaction. The intake is asked first: what it had done by then is seen by the second question.
    """
    until = min(processed_until(workspace, now), now)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT write_id, first_at, last_at FROM people_batch WHERE workspace_id = %s AND batch_no > coalesce(%s,
                   (SELECT batch_no FROM platform_cursor WHERE workspace_id = %s AND follower = %s), 0)
               ORDER BY batch_no LIMIT %s""",
            (workspace.pk, read_up_to, workspace.pk, FOLLOWER, LOOKED_AT + 1),
        )
        unread = cursor.fetchall()
        if len(unread) > LOOKED_AT:  # far behind: nothing is concluded until the runs have caught up
            return datetime.min.replace(tzinfo=UTC)
        if unread:
            writes, first_at, last_at = map(list, zip(*unread, strict=True))
            cursor.execute(
                """SELECT min(received_at) FROM people_event
                   WHERE workspace_id = %s AND write_id = ANY(%s) AND occurred_at BETWEEN %s AND %s""",
                (workspace.pk, writes, min(first_at), max(last_at)),
            )
            return min(until, cursor.fetchone()[0] or until)
    return until
