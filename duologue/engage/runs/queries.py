"""Reading runs: what is due, how a dialogue stands, whether it adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.engage.runs.models import Run, Timetable
from duologue.strategize.dialogues.queries import plan_of

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


NEXT: Final = """SELECT wake_at FROM engage_run WHERE workspace_id = %(workspace)s AND under_way AND wake_at IS NOT NULL
    AND dialogue_id IN (SELECT id FROM strategize_dialogue WHERE workspace_id = %(workspace)s AND state = 'live')
    ORDER BY wake_at LIMIT 1"""
TIMETABLES: Final = """SELECT min(CASE WHEN t.version = d.current THEN t.next_at ELSE t.until END) FROM engage_timetable t
    JOIN strategize_dialogue d ON d.workspace_id = t.workspace_id AND d.id = t.dialogue_id AND d.state = 'live'
    WHERE t.workspace_id = %(workspace)s"""
"""A timetable of another version than the one in force is due since it was last kept."""


def next_wake(workspace: Workspace) -> datetime | None:
    """Return the next moment at which a run of a live dialogue is due."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"workspace": workspace.pk})
        row = cursor.fetchone()
    return row[0] if row else None


def status(workspace: Workspace, dialogue: int) -> dict[str, Any]:
    """Return how a dialogue stands: people and runs as the ledger counts them, who is at which turn, and what the calendar has in store."""
    return {
        "people": people_of(workspace, dialogue),
        "runs": runs_of(workspace, dialogue),
        "turns": _turns(workspace, dialogue),
        "calendar": _calendar(workspace, dialogue),
    }


def _calendar(workspace: Workspace, dialogue: int) -> dict[str, Any]:
    """Return when a live dialogue next lets people in by itself, and on which way each of its experiments has settled."""
    found = Timetable.within(workspace).filter(dialogue=dialogue, dialogue__state="live").values("next_at", "settled").first()
    return dict(found) if found else {"next_at": None, "settled": {}}


def people_of(workspace: Workspace, dialogue: int) -> dict[str, Any]:
    """Return people by where they stand, each counted once by their latest run: considered is the sum of the rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.verdict, CASE a.verdict WHEN 'admitted' THEN coalesce(r.ended_reason, '') ELSE a.reason END,
                      coalesce(r.under_way, false), count(*)
               FROM engage_admission a
               LEFT JOIN (SELECT DISTINCT ON (person) person, under_way, ended_reason FROM engage_run
                          WHERE workspace_id = %s AND dialogue_id = %s
                          ORDER BY person, under_way DESC, started_at DESC, id DESC) r ON r.person = a.person AND a.verdict = 'admitted'
               WHERE a.workspace_id = %s AND a.dialogue_id = %s GROUP BY 1, 2, 3""",
            (workspace.pk, dialogue, workspace.pk, dialogue),
        )
        rows = cursor.fetchall()
    found: dict[str, Any] = {"considered": 0, "held_out": 0, "not_started": {}, "under_way": 0, "ended": {}}
    for verdict, reason, is_under_way, count in rows:
        found["considered"] += count
        if verdict == "held_out":
            found["held_out"] += count
        elif verdict == "not_started":
            found["not_started"][reason] = found["not_started"].get(reason, 0) + count
        elif is_under_way:
            found["under_way"] += count
        else:
            found["ended"][reason] = found["ended"].get(reason, 0) + count
    return found


def runs_of(workspace: Workspace, dialogue: int) -> dict[str, Any]:
    """Return runs by where they stand: started is the sum of the rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT under_way, ended_reason, count(*) FROM engage_run WHERE workspace_id = %s AND dialogue_id = %s GROUP BY 1, 2",
            (workspace.pk, dialogue),
        )
        rows = cursor.fetchall()
    return {
        "started": sum(count for _, _, count in rows),
        "under_way": sum(count for is_under_way, _, count in rows if is_under_way),
        "ended": {reason: count for is_under_way, reason, count in rows if not is_under_way},
    }


def _turns(workspace: Workspace, dialogue: int) -> dict[str, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT turn, sum(here)::int, sum(gone)::int FROM (
                   SELECT turn, 1 AS here, 0 AS gone FROM engage_run WHERE workspace_id = %s AND dialogue_id = %s AND under_way
                   UNION ALL SELECT turn, 0, 1 FROM engage_runstep WHERE workspace_id = %s AND dialogue_id = %s) AS t
               GROUP BY 1 ORDER BY 1""",
            (workspace.pk, dialogue, workspace.pk, dialogue),
        )
        return {turn: {"here": here, "left": gone} for turn, here, gone in cursor.fetchall()}


def under_way_elsewhere(workspace: Workspace, dialogue: int, version: int) -> dict[str, int]:
    """Return how many people stand at which turn of any other version of a dialogue: what publishing asks about."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT turn, count(*) FROM engage_run WHERE workspace_id = %s AND dialogue_id = %s AND under_way AND version_id <> %s
               GROUP BY 1 ORDER BY 1""",
            (workspace.pk, dialogue, version),
        )
        return dict(cursor.fetchall())


def unbalanced(workspace: Workspace) -> list[str]:
    """Return every way in which the ledger does not add up, as sentences; the goal is none.

    An admitted person without a run, a person with a run and no admission, two runs under way at once, a run with
    steps that do not follow one another, a run that nothing will ever move.
    """
    found = []
    for sentence, sql in CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"workspace": workspace.pk})
            count = cursor.fetchone()[0]
        if count:
            found.append(f"{sentence}: {count}")
    return found


CHECKS = (
    (
        "admitted and never started",
        """SELECT count(*) FROM engage_admission a WHERE a.workspace_id = %(workspace)s AND a.verdict = 'admitted' AND NOT EXISTS (
               SELECT FROM engage_run r WHERE r.workspace_id = a.workspace_id AND r.dialogue_id = a.dialogue_id AND r.person = a.person)""",
    ),
    (
        "started and not admitted",
        """SELECT count(*) FROM engage_run r WHERE r.workspace_id = %(workspace)s AND NOT EXISTS (
               SELECT FROM engage_admission a WHERE r.workspace_id = a.workspace_id AND r.dialogue_id = a.dialogue_id
                 AND a.verdict = 'admitted' AND (a.person = r.person OR a.person IN (SELECT q.id FROM people_profile p
                     JOIN people_profile q ON q.workspace_id = p.workspace_id AND q.person = p.person
                     WHERE p.workspace_id = r.workspace_id AND p.id = r.profile_id)))""",
    ),
    (
        "turns entered that do not add up to turns left",
        """SELECT count(*) FROM engage_run r LEFT JOIN (SELECT run_id, count(*) AS steps, max(seq) AS last FROM engage_runstep
               WHERE workspace_id = %(workspace)s GROUP BY 1) s ON s.run_id = r.id
           WHERE r.workspace_id = %(workspace)s AND (coalesce(s.steps, 0) <> coalesce(s.last, 0)
               OR r.seq - coalesce(s.last, 0) <> CASE WHEN r.under_way THEN 1 ELSE r.seq - coalesce(s.last, 0) END)""",
    ),
    (
        "waiting for ever: under way, and neither due nor able to hear",
        """SELECT count(*) FROM engage_run WHERE workspace_id = %(workspace)s AND under_way AND phase = 'arrived' AND wake_at IS NULL""",
    ),
)


def outcomes_heard(workspace: Workspace, run: int | None, seq: int | None) -> list[str]:
    """Return the outcomes that a run which handed its person over listens for, in its order; none where it has moved on since."""
    row = Run.within(workspace).select_related("version").filter(pk=run, seq=seq, under_way=True).first() if run and seq else None
    turn = plan_of(row.version).turns.get(row.turn) if row else None
    return [str(line.what) for line in turn.listen if line.hears == "closed" and line.what != "any"] if turn else []
