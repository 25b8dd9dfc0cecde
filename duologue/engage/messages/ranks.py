"""Who goes first where there is room for one only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace

MIDDLE: Final = 5


def by_rank(workspace: Workspace, claimed: Sequence[Claimed]) -> list[Claimed]:
    """Return deliveries by the rank of their dialogues, 1 first; of equals, as they came. One query, where there are several dialogues."""
    dialogues = {one.dialogue_id for one in claimed if one.dialogue_id is not None}
    if len({one.dialogue_id for one in claimed}) < 2:
        return list(claimed)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, coalesce((v.plan->>'rank')::int, %s) FROM strategize_dialogue d
               JOIN strategize_dialogueversion v ON v.workspace_id = d.workspace_id AND v.dialogue_id = d.id AND v.number = d.current
               WHERE d.workspace_id = %s AND d.id = ANY(%s)""",
            (MIDDLE, workspace.pk, sorted(dialogues)),
        )
        ranks = dict(cursor.fetchall())
    return sorted(claimed, key=lambda one: ranks.get(one.dialogue_id, MIDDLE))
