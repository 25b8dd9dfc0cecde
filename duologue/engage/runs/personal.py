"""What admissions, runs and their steps hold of people, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.runs.models import Run, RunStep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

BY_PERSON = ("engage_runstep", "engage_admission")


class RunData:
    """A person's way through dialogues. On erasing, runs lose what they hold and end; the bare counts stay true."""

    name = "runs"
    places = ("engage_run", "engage_runstep", "engage_admission")

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return the runs with the turns they went through."""
        fields = ("id", "dialogue__name", "version__number", "started_at", "ended_at", "ended_reason", "turn", "data")
        found = Run.of(workspace, profiles).order_by("id")
        runs, dialogues = list(found.values(*fields)), set(found.values_list("dialogue_id", flat=True))
        steps = (
            RunStep.within(workspace).filter(dialogue_id__in=dialogues, run_id__in=[run["id"] for run in runs]).order_by("run_id", "seq")
        )
        return {"runs": runs, "steps": list(steps.values("run_id", "seq", "turn", "arrived_at", "left_at", "heard", "then"))}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Empty what the runs heard and end them; verdicts and steps hold a number and no more."""
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE engage_run SET data = '{}', heard = '{}', delivered = NULL, occasion = '', wake_at = NULL,
                          ended_reason = CASE WHEN under_way THEN 'erased' ELSE ended_reason END,
                          ended_at = coalesce(ended_at, %s), under_way = false
                   WHERE workspace_id = %s AND profile_id = ANY(%s)
                     AND dialogue_id = ANY(ARRAY(SELECT id FROM strategize_dialogue WHERE workspace_id = %s))""",
                (now, workspace.pk, list(profiles), workspace.pk),
            )
            return int(cursor.rowcount)
