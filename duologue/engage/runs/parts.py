"""Letting an audience in page by page, each page in parts that several threads read, decide and write side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from duologue.engage.runs import audiences, lots
from duologue.engage.runs.admissions import admit_by_parts
from duologue.engage.runs.watermark import watermark

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.runs.beside import Beside
    from duologue.engage.runs.models import Timetable
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace


def let_in_by_parts(workspace: Workspace, version: Version, row: Timetable, now: datetime, threads: Beside) -> tuple[int, int] | None:
    """Admit a page of those of the audience who have not been considered; (considered, began), None where each is to be weighed."""
    read = partial(audiences.of_members, workspace, version)
    until = watermark(workspace, now)
    for after in dict.fromkeys((row.after, 0)):  # some may have come behind the last one
        row.after = after
        while persons := lots.members(workspace, version, threads.page, row.after):
            row.until, row.after = max(row.until, now), persons[-1]
            considered, began = admit_by_parts(
                workspace=workspace, version=version, persons=persons, read=read, now=now, watermark=until, threads=threads
            )
            row.begun += began
            if considered:
                row.next_at = min(now, row.next_at or now)
                return considered, began
        if persons is None:
            return None
    return 0, 0
