"""Watching how a dialogue's letters are taken, and pausing it where they are taken badly."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.channels.protocol import NOBODYS
from duologue.strategize.dialogues.actions import set_state
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.dialogues.rules.trying import taken_badly

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.runs.models import Timetable
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace

EVERY: Final = timedelta(minutes=15)
AT_MOST: Final = timedelta(days=1)
WAITS: Final = "SELECT EXISTS (SELECT FROM engage_delivery WHERE workspace_id = %s AND dialogue_id = %s AND state = 'queued')"


def reactions(workspace: Workspace, dialogue: int, since: datetime | None) -> tuple[int, dict[str, int]]:
    """Return how many letters of a dialogue left (since a moment), and how many of them bounced, were reported, made people leave.

    One that was refused at once because its address is nobody's left and bounced as well: it is the relay that decides who says so.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE state = 'failed' OR bounced_at IS NOT NULL), count(reported_at), count(left_at)
               FROM engage_delivery
               WHERE workspace_id = %s AND dialogue_id = %s AND (state = 'accepted' OR (state = 'failed' AND reason = ANY(%s)))
                 AND coalesce(accepted_at, handed_over_at) >= coalesce(%s, '-infinity'::timestamptz)""",
            (workspace.pk, dialogue, list(NOBODYS), since),
        )
        left, bounced, reported, gone = cursor.fetchone()
    return left, {"bounced": bounced, "reported": reported, "left": gone}


def stop(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> bool:
    """Pause a dialogue whose letters are taken worse than it allows; say whether that was so."""
    limits = version.plan.stop_if
    if limits is None:
        return False
    because = taken_badly(limits, *reactions(workspace, version.dialogue, row.watched_from))
    if not because:
        return False
    set_state(workspace=workspace, name=version.plan.dialogue, state=Dialogue.State.PAUSED, because=because, now=now)
    row.stopped_at = now
    return True


def tells_nothing_yet(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> bool:
    """Say whether too few of the first letters have left to tell how they are taken, while others of them wait; for a day at most."""
    limits = version.plan.stop_if
    if limits is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE state = 'accepted' OR (state = 'failed' AND reason = ANY(%s))),
                      bool_or(state IN ('queued', 'handing_over')), min(planned_at)
               FROM engage_delivery
               WHERE workspace_id = %s AND dialogue_id = %s AND planned_at >= coalesce(%s, '-infinity'::timestamptz)""",
            (list(NOBODYS), workspace.pk, version.dialogue, row.watched_from),
        )
        left, some_wait, planned_at = cursor.fetchone()
    return bool(some_wait) and left < limits.least and now < planned_at + AT_MOST


def next_watch(workspace: Workspace, version: Version, now: datetime) -> datetime | None:
    """Return when to look again how letters are taken: soon, as long as some of them have not left."""
    if version.plan.stop_if is None:
        return None
    return now + EVERY if some_wait(workspace, version.dialogue) else None


def some_wait(workspace: Workspace, dialogue: int) -> bool:
    """Say whether letters of a dialogue are still to leave."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS, (workspace.pk, dialogue))
        return bool(cursor.fetchone()[0])
