"""Settling experiments: counting who went which way, and who of them reached the goal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection
from msgspec.structs import replace

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


def next_look(version: Version, row: Timetable) -> datetime | None:
    """Return when a dialogue's experiments are counted next: once a day, as long as one is open."""
    return row.looked_at + EVERY if open_experiments(version, row) else None


def settle(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> int:
    """Count the open experiments of a dialogue, where a day is over since, and note what each has settled on; return how many did."""
    done = 0
    if now - row.looked_at < EVERY:
        return done
    row.looked_at += (now - row.looked_at) // EVERY * EVERY
    for turn in open_experiments(version, row):
        arms = {arm.then for arm in version.plan.turns[turn].arms}
        best = settled({then: tried for then, tried in tried_in(workspace, version, turn, now).items() if then in arms})
        if best is not None:
            row.settled = {**row.settled, turn: best}
            done += 1
    return done


def still_settled(row: Timetable, former: Version | None, version: Version) -> dict[str, str]:
    """Return what holds of what experiments have settled on, when another version comes into force: where that tries the same."""
    return {turn: then for turn, then in row.settled.items() if former is not None and _tried(former, turn) == _tried(version, turn)}


def _tried(version: Version, turn: str) -> object:
    """Return what an experiment tries: its arms with what each of them says, and for which goal; of a turn that is none, the version."""
    turns = version.plan.turns
    if turn not in turns or not turns[turn].arms:
        return version.number
    arms = {arm.then for arm in turns[turn].arms}
    at = {then: replace(turns[then], was="", note="") for then in arms if then in turns}
    said = {(then, version.pin("messages", one.message), version.pin("surveys", one.survey)) for then, one in at.items()}
    return turns[turn].settle, arms, at, said, version.plan.goal


def tried_in(workspace: Workspace, version: Version, turn: str, now: datetime) -> dict[str, Tried]:
    """Return for each arm of an experiment how many went that way and how many of their runs have reached the goal.

    Only what a version itself has led that way counts, since in another one the same names may stand for something else.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s."then", count(*), count(*) FILTER (WHERE r.data ? 'goal') FROM engage_runstep s
               JOIN engage_run r ON r.workspace_id = s.workspace_id AND r.id = s.run_id
               JOIN strategize_dialogueversion v ON v.workspace_id = r.workspace_id AND v.id = r.version_id
               WHERE s.workspace_id = %s AND s.dialogue_id = %s AND s.turn = %s AND s.heard = 'experiment'
                 AND v.id = %s AND s.left_at BETWEEN v.published_at AND %s
               GROUP BY 1""",
            (workspace.pk, version.dialogue, turn, version.id, now),
        )
        return {then: Tried(people, reached) for then, people, reached in cursor.fetchall()}


def outcomes(workspace: Workspace, dialogues: Collection[int]) -> dict[str, str]:
    """Return what experiments have settled on, as "DIALOGUE.TURN" → turn."""
    if not dialogues:
        return {}
    rows = Timetable.within(workspace).filter(dialogue__in=dialogues).exclude(settled={}).values_list("dialogue__name", "settled")
    return {f"{name}.{turn}": then for name, found in rows for turn, then in found.items()}
