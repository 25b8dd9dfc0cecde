"""Settling experiments: counting who went which way, and who of them reached the goal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.runs.models import Timetable
from duologue.strategize.dialogues.rules.settling import Tried, settled

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace

EVERY: Final = timedelta(days=1)


def open_experiments(version: Version, row: Timetable) -> list[str]:
    """Return the turns of a version whose experiments are to settle and have not yet."""
    turns = version.plan.turns.values()
    return [turn.name for turn in turns if turn.settle == "goal" and turn.name not in row.settled] if version.plan.goal else []


def next_look(version: Version, row: Timetable, now: datetime) -> datetime | None:
    """Return when a dialogue's experiments are counted next: once a day, as long as one is open."""
    if not open_experiments(version, row):
        return None
    return row.since + ((now - row.since) // EVERY + 1) * EVERY


def settle(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> int:
    """Count the open experiments of a dialogue, where a day is over since, and note what each has settled on; return how many did."""
    done = 0
    if (now - row.since) // EVERY == (row.until - row.since) // EVERY:
        return done
    for turn in open_experiments(version, row):
        arms = {arm.then for arm in version.plan.turns[turn].arms}
        best = settled({then: tried for then, tried in tried_in(workspace, version.dialogue, turn, now).items() if then in arms})
        if best is not None:
            row.settled = {**row.settled, turn: best}
            done += 1
    return done


def tried_in(workspace: Workspace, dialogue: int, turn: str, now: datetime) -> dict[str, Tried]:
    """Return for each arm of an experiment how many went that way and how many of their runs have reached the goal."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s."then", count(*), count(*) FILTER (WHERE r.data ? 'goal') FROM engage_runstep s
               JOIN engage_run r ON r.workspace_id = s.workspace_id AND r.id = s.run_id
               WHERE s.workspace_id = %s AND s.dialogue_id = %s AND s.turn = %s AND s.heard = 'experiment' AND s.left_at <= %s
               GROUP BY 1""",
            (workspace.pk, dialogue, turn, now),
        )
        return {then: Tried(people, reached) for then, people, reached in cursor.fetchall()}


def outcomes(workspace: Workspace, dialogues: Collection[int]) -> dict[str, str]:
    """Return what experiments have settled on, as "DIALOGUE.TURN" → turn."""
    if not dialogues:
        return {}
    rows = Timetable.within(workspace).filter(dialogue__in=dialogues).exclude(settled={}).values_list("dialogue__name", "settled")
    return {f"{name}.{turn}": then for name, found in rows for turn, then in found.items()}
