"""Whether what a turn asked before it said something still holds when the message leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.runs.knowledge import know
from duologue.engage.runs.plans import Version, versions
from duologue.kit.predicate import holds
from duologue.strategize.dialogues.rules.context import Context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Turn


@dataclass(slots=True, frozen=True)
class Standing:
    """Where a run stands: its version, present turn and number, and what it holds."""

    version: Version
    turn: str
    seq: int
    data: dict[str, Any]


def no_longer(workspace: Workspace, claimed: Sequence[Claimed], now: datetime) -> set[int]:
    """Return the ids of deliveries whose turn has an `only_if` that no longer holds, in a few queries for all."""
    runs = _runs(workspace, [one.run_id for one in claimed if one.run_id is not None])
    asked = [(one, runs[one.run_id], _turn(one, runs[one.run_id])) for one in claimed if one.run_id in runs]
    known = know(
        workspace,
        {one.person: one.profile_id for one, _, _ in asked},
        [run.version for _, run, _ in asked],
        [run.data for _, run, _ in asked],
    )
    return {
        one.id for one, run, turn in asked if turn and turn.only_if and not holds(turn.only_if, Context(known[one.person], run.data, now))
    }


def _turn(one: Claimed, run: Standing) -> Turn | None:
    """Return the turn that planned a delivery; where the run still is in it, by the name it has in the run's version."""
    return run.version.plan.turns.get(run.turn if run.seq == one.seq else one.turn)


def _runs(workspace: Workspace, ids: Sequence[int]) -> dict[int | None, Standing]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, version_id, turn, seq, data FROM engage_run WHERE workspace_id = %s AND id = ANY(%s)", (workspace.pk, list(ids))
        )
        rows = cursor.fetchall()
    read = versions(workspace, {row[1] for row in rows})
    return {
        pk: Standing(read[version], turn, seq, json.loads(data) if isinstance(data, str) else data)
        for pk, version, turn, seq, data in rows
        if version in read
    }
