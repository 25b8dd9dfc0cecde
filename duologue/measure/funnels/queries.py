"""Counting a dialogue's people, runs, deliveries and turns, each so that its parts add up to its whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue


@dataclass(slots=True)
class People:
    """Everyone considered, each counted once by their latest run."""

    considered: int = 0
    held_out: int = 0
    not_started: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    ended: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Runs:
    """All runs, of which a person may have had several."""

    started: int = 0
    under_way: int = 0
    ended: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Deliveries:
    """All deliveries by state; bounced, confirmed, responded and left, by which somebody unsubscribed, are parts of accepted."""

    planned: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    queued: int = 0
    handing_over: int = 0
    accepted: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    uncertain: int = 0
    bounced: int = 0
    confirmed: int = 0
    responded: int = 0
    left: int = 0
    cost: int = 0


@dataclass(slots=True)
class TurnCount:
    """One turn: how many entered it, are there now, got its message, and by which line they left for where."""

    entered: int = 0
    there_now: int = 0
    accepted: int = 0
    withheld: int = 0
    left: Counter[tuple[str, str]] = field(default_factory=Counter)


def people(workspace: Workspace, dialogue: Dialogue) -> People:
    """Count those considered: held out + not started (by reason) + under way + ended (by reason)."""
    counted = People()
    rows = _rows(
        """SELECT a.verdict, a.reason, latest.under_way, latest.ended_reason, count(*)
           FROM engage_admission a
           LEFT JOIN (SELECT DISTINCT ON (person) person, under_way, ended_reason FROM engage_run
                      WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s
                      ORDER BY person, started_at DESC, id DESC) latest ON latest.person = a.person AND a.verdict = 'admitted'
           WHERE a.workspace_id = %(workspace)s AND a.dialogue_id = %(dialogue)s
           GROUP BY 1, 2, 3, 4""",
        workspace,
        dialogue,
    )
    for verdict, reason, under_way, ended_reason, number in rows:
        counted.considered += number
        if verdict == "held_out":
            counted.held_out += number
        elif verdict == "not_started" or under_way is None:
            counted.not_started[reason or "unknown"] += number
        elif under_way:
            counted.under_way += number
        else:
            counted.ended[ended_reason] += number
    return counted


def runs(workspace: Workspace, dialogue: Dialogue) -> Runs:
    """Count runs: started = under way + ended (by reason)."""
    counted = Runs()
    for under_way, reason, number in _rows(
        """SELECT under_way, ended_reason, count(*) FROM engage_run
           WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s GROUP BY 1, 2""",
        workspace,
        dialogue,
    ):
        counted.started += number
        if under_way:
            counted.under_way += number
        else:
            counted.ended[reason] += number
    return counted


def deliveries(workspace: Workspace, dialogue: Dialogue) -> Deliveries:
    """Count deliveries: planned = withheld (by reason) + queued + handing over + accepted + failed (by reason) + uncertain."""
    counted = Deliveries()
    for state, reason, number, bounced, confirmed, responded, left, cost in _rows(
        """SELECT state, CASE WHEN state IN ('withheld', 'failed') THEN reason ELSE '' END,
                  count(*), count(bounced_at), count(confirmed_at), count(responded_at), count(left_at), sum(cost)
           FROM engage_delivery WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s GROUP BY 1, 2""",
        workspace,
        dialogue,
    ):
        counted.planned += number
        counted.cost += cost
        if state == "withheld":
            counted.withheld[reason] += number
        elif state == "failed":
            counted.failed[reason] += number
        else:
            setattr(counted, state, getattr(counted, state) + number)
        if state == "accepted":
            counted.bounced += bounced
            counted.confirmed += confirmed
            counted.responded += responded
            counted.left += left
    return counted


def steps(workspace: Workspace, dialogue: Dialogue) -> tuple[int, int, int]:
    """Count people, each once: how many began, how many a letter reached that did not bounce, and how many of those responded."""
    ((began,),) = _rows(
        """SELECT count(DISTINCT p.person) FROM engage_run r
           JOIN people_profile p ON p.workspace_id = r.workspace_id AND p.id = r.person
           WHERE r.workspace_id = %(workspace)s AND r.dialogue_id = %(dialogue)s""",
        workspace,
        dialogue,
    )
    ((reached, responded),) = _rows(
        """SELECT count(DISTINCT p.person), count(DISTINCT p.person) FILTER (WHERE d.responded_at IS NOT NULL) FROM engage_delivery d
           JOIN people_profile p ON p.workspace_id = d.workspace_id AND p.id = d.person
           WHERE d.workspace_id = %(workspace)s AND d.dialogue_id = %(dialogue)s AND d.state = 'accepted' AND d.bounced_at IS NULL
             AND d.body->>'to' IS NULL""",
        workspace,
        dialogue,
    )
    return began, reached, responded


def turns(workspace: Workspace, dialogue: Dialogue) -> dict[str, TurnCount]:
    """Count each turn that anyone entered: entered = there now + all who left by some line."""
    counted: dict[str, TurnCount] = {}
    for turn, heard, then, number in _rows(
        """SELECT turn, heard, "then", count(*) FROM engage_runstep
           WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s GROUP BY 1, 2, 3""",
        workspace,
        dialogue,
    ):
        count = counted.setdefault(turn, TurnCount())
        count.entered += number
        count.left[heard, then] += number
    for turn, number in _rows(
        """SELECT turn, count(*) FROM engage_run
           WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s AND under_way GROUP BY 1""",
        workspace,
        dialogue,
    ):
        count = counted.setdefault(turn, TurnCount())
        count.entered += number
        count.there_now += number
    for turn, state, number in _rows(
        """SELECT turn, state, count(*) FROM engage_delivery
           WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s GROUP BY 1, 2""",
        workspace,
        dialogue,
    ):
        count = counted.setdefault(turn, TurnCount())
        if state == "accepted":
            count.accepted += number
        elif state in ("withheld", "failed"):
            count.withheld += number
    return counted


def _rows(query: str, workspace: Workspace, dialogue: Dialogue) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"workspace": workspace.pk, "dialogue": dialogue.pk})
        return list(cursor.fetchall())
