"""A page shows a report as last counted. Where someone asks for a new count it is made at once for few people, by a job for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duologue.engage.runs.models import Admission
from duologue.measure.reports.queries import last_report
from duologue.measure.reports.tasks import count_soon, report_alone

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.measure.reports.models import ReportSnapshot
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue

AT_ONCE: Final = 2_000  # people considered


@dataclass(frozen=True, slots=True)
class Counted:
    """A report as last counted, if it ever was, and whether it is being counted now."""

    snapshot: ReportSnapshot | None
    under_way: bool = False


def counted(workspace: Workspace, dialogue: Dialogue, now: datetime, *, anew: bool = False) -> Counted:
    """Return the report of a dialogue as last counted; it is counted where it never was, or where that is asked for."""
    known = last_report(workspace, dialogue)
    if known is not None and not anew:
        return Counted(known)
    if Admission.within(workspace).filter(dialogue=dialogue)[: AT_ONCE + 1].count() > AT_ONCE:
        count_soon(workspace, dialogue)
        return Counted(known, under_way=True)
    report_alone(workspace, dialogue.name, now)
    return Counted(last_report(workspace, dialogue))
