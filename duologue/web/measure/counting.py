"""A report is counted when asked for, or when the last count is old and something has happened since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from duologue.measure.reports.queries import last_report, report
from duologue.people.timeline.models import Batch

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.measure.reports.models import ReportSnapshot
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue

FRESH = timedelta(minutes=5)


def counted(workspace: Workspace, dialogue: Dialogue, now: datetime, *, anew: bool = False) -> ReportSnapshot | None:
    """Return the report of a dialogue: as last counted where that was a moment ago or nothing has happened since."""
    known = last_report(workspace, dialogue)
    if known is not None and not anew:
        if now - known.at < FRESH:
            return known
        if known.batch_no == (Batch.within(workspace).aggregate(last=Max("batch_no"))["last"] or 0):
            return known
    report(workspace, dialogue.name, now)
    return last_report(workspace, dialogue)
