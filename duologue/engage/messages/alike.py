"""Planning the same deliveries for many runs: what they share is sent once, and what is their own as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from django.db import connection

from duologue.engage.messages.actions import COLUMNS, columns_of
from duologue.platform.bells.bell import SENDER, ring_once_kept
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.messages.actions import NewDelivery
    from duologue.platform.workspaces.models import Workspace

INSERT: Final = """
INSERT INTO engage_delivery (workspace_id, run_id, dialogue_id, person, profile_id, shard, turn, occurrence,
       message_version_id, survey_version_id, conversation_id, body, channel, purpose, kind, basis, due_at, too_late_at,
       state, reason, detail, attempt, sender, planned_at, address, relay, cost)
SELECT %s, n.run, k.dialogue, n.person, n.person, n.shard, k.turn, k.occurrence, k.message_version, k.survey_version, NULL, k.body,
       k.channel, k.purpose, k.kind, k.basis, k.due_at, k.too_late_at, 'queued', '', '', 0, '', %s, '', '', 0
FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::int[]) AS n (run, person, shard, of)
JOIN json_to_recordset(%s) AS k (of int, dialogue bigint, turn text, occurrence int, message_version bigint, survey_version bigint,
     body jsonb, channel text, purpose text, kind text, basis text, due_at timestamptz, too_late_at timestamptz) ON k.of = n.of
ORDER BY n.run"""


class Numbered:
    """New runs, column by column: their numbers, whose they are (person and profile are one), their shards, and of which kind."""

    def __init__(self, runs: Sequence[int], persons: Sequence[int], shards: Sequence[int], kinds: Sequence[int]) -> None:
        self.runs, self.persons, self.shards, self.kinds = runs, persons, shards, kinds
        self.arrays = tuple(arrays.numbers(column) for column in (runs, persons, shards, kinds))

    def only(self, runs: set[int]) -> Numbered:
        """Return those with these numbers."""
        kept = [row for row in zip(self.runs, self.persons, self.shards, self.kinds, strict=True) if row[0] in runs]
        return Numbered(*zip(*kept, strict=True)) if kept else Numbered((), (), (), ())


def plan_alike(
    *,
    workspace: Workspace,
    deliveries: Sequence[tuple[int, NewDelivery]],
    each: Numbered,
    now: datetime,
) -> None:
    """Plan for each of these new runs the deliveries of its kind, given as (kind, delivery of nobody), in one statement.

    They stand in the queue in the order of their runs, which `each` comes in. Each person is its own profile. Nothing was planned for a
    new run before, so that none of it is left out.
    """
    if not deliveries or not each.runs:
        return
    planned = columns_of(workspace, [delivery for _, delivery in deliveries])
    shared = [{"of": of, **dict(zip(COLUMNS, columns, strict=True))} for (of, _), columns in zip(deliveries, planned, strict=True)]
    ring_once_kept(SENDER)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (workspace.pk, now, *each.arrays, msgspec.json.encode(shared).decode()))
