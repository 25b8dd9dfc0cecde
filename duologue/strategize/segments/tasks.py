"""What falls due in segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.strategize.segments.actions import sweep
from duologue.strategize.segments.compiled import all_compiled
from duologue.strategize.segments.evaluate import evaluate
from duologue.strategize.segments.follower import hold
from duologue.strategize.segments.models import Segment
from duologue.strategize.segments.queries import come

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def recheck(workspace: Workspace, now: datetime, most: int = 10_000) -> int:
    """Look again at those whose moment has come, and count in full what was changed and not counted since; return how many.

    Call it until it returns 0: no more than `most` standings are looked at in one transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM strategize_segmentmember WHERE workspace_id = %s AND recheck_at <= %s),
                      EXISTS (SELECT FROM strategize_segment WHERE workspace_id = %s AND swept_revision < revision)""",
            (workspace.pk, now, workspace.pk),
        )
        due, uncounted = cursor.fetchone()
    done = _count_in_full(workspace, now) if uncounted else 0
    return done + (_recheck(workspace, now, most) if due else 0)


def _count_in_full(workspace: Workspace, now: datetime) -> int:
    waiting = [one for one in Segment.within(workspace).order_by("id") if one.swept_revision < one.revision]
    for segment in waiting:
        sweep(workspace=workspace, segment=segment, now=now)
    return len(waiting)


@transaction.atomic
def _recheck(workspace: Workspace, now: datetime, most: int) -> int:
    if not hold(workspace):
        return 0
    due = come(workspace, now, most)
    evaluate(workspace, all_compiled(workspace), due, now)
    return sum(map(len, due.values()))
