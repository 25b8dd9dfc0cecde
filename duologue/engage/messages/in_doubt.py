"""Reading what is uncertain: how much of which turn, and which deliveries those are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.engage.messages.restored import RESTORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 5000
COUNTED: Final = ("dialogue_id", "dialogue", "turn", "since_restore", "number", "first_at", "last_at")


def in_doubt(workspace: Workspace) -> list[dict[str, Any]]:
    """Count what is uncertain by dialogue and turn, apart what is so since a restore. `dialogue_id` 0 are letters of no dialogue."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(d.dialogue_id, 0), coalesce(g.name, ''), d.turn, d.reason = %s, count(*), min(d.handed_over_at),
                      max(d.handed_over_at)
               FROM engage_delivery d LEFT JOIN strategize_dialogue g ON g.workspace_id = d.workspace_id AND g.id = d.dialogue_id
               WHERE d.workspace_id = %s AND d.in_doubt GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4""",
            (RESTORED, workspace.pk),
        )
        return [dict(zip(COUNTED, row, strict=True)) for row in cursor.fetchall()]


def some_in_doubt(workspace: Workspace, *, dialogue: int | None, turn: str | None, since_restore: bool | None, after: int) -> Sequence[int]:
    """Return uncertain deliveries numbered higher than `after`, in order, of one dialogue (0: of none), turn and reason, or of all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM engage_delivery WHERE workspace_id = %(workspace)s AND in_doubt AND id > %(after)s
                 AND (%(dialogue)s::bigint IS NULL OR coalesce(dialogue_id, 0) = %(dialogue)s::bigint)
                 AND (%(turn)s::text IS NULL OR turn = %(turn)s::text)
                 AND (%(restored)s::boolean IS NULL OR (reason = %(reason)s) = %(restored)s::boolean) ORDER BY id LIMIT %(most)s""",
            {"workspace": workspace.pk, "after": after, "dialogue": dialogue, "turn": turn, "restored": since_restore}
            | {"reason": RESTORED, "most": AT_ONCE},
        )
        return [row[0] for row in cursor.fetchall()]
