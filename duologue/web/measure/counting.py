"""A page shows a report as last counted; it is counted anew by a job, and here where someone asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.measure.reports.queries import last_report, report

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.measure.reports.models import ReportSnapshot
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue


def counted(workspace: Workspace, dialogue: Dialogue, now: datetime, *, anew: bool = False) -> ReportSnapshot | None:
    """Return the report of a dialogue as last counted; it is counted first where it never was, or where that is asked for."""
    known = last_report(workspace, dialogue)
    if known is not None and not anew:
        return known
    report(workspace, dialogue.name, now)
    return last_report(workspace, dialogue)
