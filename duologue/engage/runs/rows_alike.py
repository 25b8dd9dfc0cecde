"""Rows of many new runs of few kinds: what they share is sent once for each kind, and what is their own as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, connection, transaction

from duologue.engage.messages.alike import Numbered
from duologue.engage.runs.rows import columns, encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.runs.admissions import Candidate
    from duologue.engage.runs.rows import Moved
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.state import Step

INSERT: Final = """
INSERT INTO engage_run (workspace_id, id, dialogue_id, version_id, person, profile_id, shard, occasion, turn, seq,
       arrived_at, phase, counts_from, wake_at, under_way, ended_reason, started_at, ended_at, data, heard, delivered)
SELECT %s, n.run, k.dialogue, k.version, n.person, n.person, n.shard, '', k.turn, k.seq, k.arrived_at, k.phase, k.counts_from,
       k.wake_at, k.ended = '', k.ended, k.started_at, CASE WHEN k.ended <> '' THEN %s::timestamptz END, k.data, k.heard, k.delivered
FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::int[]) AS n (run, person, shard, kind)
JOIN json_to_recordset(%s) AS k (kind int, dialogue bigint, version bigint, turn text, seq int, arrived_at timestamptz, phase text,
     counts_from timestamptz, wake_at timestamptz, ended text, started_at timestamptz, data jsonb, heard jsonb, delivered jsonb)
     ON k.kind = n.kind"""
BESIDE_OTHERS: Final = f"{INSERT} ON CONFLICT (workspace_id, dialogue_id, person, occasion) WHERE under_way DO NOTHING"
STEPS: Final = """
INSERT INTO engage_runstep (workspace_id, run_id, seq, dialogue_id, person, turn, arrived_at, left_at, heard, "then")
SELECT %s, n.run, k.seq, k.dialogue, n.person, k.turn, k.arrived_at, k.left_at, k.heard, k."then"
FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::int[]) AS n (run, person, shard, kind)
JOIN json_to_recordset(%s) AS k (kind int, dialogue bigint, seq int, turn text, arrived_at timestamptz, left_at timestamptz,
     heard text, "then" text) ON k.kind = n.kind"""


def numbered(runs: Sequence[int], people: Sequence[Sequence[Candidate]]) -> Numbered:
    """Give numbers to the runs of people, who come kind by kind, in the order of their own."""
    each = sorted((one.person, one.shard, kind) for kind, those in enumerate(people) for one in those)
    return Numbered(runs, *zip(*each, strict=True))


def insert(workspace: Workspace, kinds: Sequence[Moved], new: Numbered, now: datetime) -> Numbered:
    """Write new runs; one that another process started for the same person stands, and ours is left out. Return those written."""
    shared = encode([{**columns(kind), "kind": number} for number, kind in enumerate(kinds)])
    values: tuple[Any, ...] = (workspace.pk, now, *new.arrays, shared)
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():  # hardly ever is there another, and looking for one would cost as much again
                cursor.execute(INSERT, values)
        except IntegrityError:
            cursor.execute(BESIDE_OTHERS, values)
            cursor.execute("SELECT id FROM engage_run WHERE workspace_id = %s AND id = ANY(%s::bigint[])", (workspace.pk, new.arrays[0]))
            return new.only({row[0] for row in cursor.fetchall()})
    return new


def append_steps(workspace: Workspace, kinds: Sequence[Moved], steps: Sequence[Sequence[Step]], new: Numbered) -> None:
    """Add the turns that the runs of each kind left behind at once."""
    shared = [
        {
            "kind": number,
            "dialogue": kind.row.dialogue,
            "seq": step.seq,
            "turn": step.turn,
            "arrived_at": step.arrived_at,
            "left_at": step.left_at,
            "heard": step.heard[:160],
            "then": step.then,
        }
        for number, (kind, those) in enumerate(zip(kinds, steps, strict=True))
        for step in those
    ]
    if not shared:
        return
    with connection.cursor() as cursor:
        cursor.execute(STEPS, (workspace.pk, *new.arrays, encode(shared)))
