"""What a dialogue has spent so far: on messages, and on perks that were given and not taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace

THOUSANDTHS = 1000  # deliveries cost thousandths of a minor unit


def is_spent(workspace: Workspace, version: Version) -> bool:
    """Say whether a dialogue has reached the money it may spend, so that nobody begins any more; those under way go on."""
    limit = version.plan.spend
    if limit is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce((SELECT sum(cost) FROM engage_delivery WHERE workspace_id = %s AND dialogue_id = %s), 0) / %s
                    + coalesce((SELECT sum(k.cost) FROM engage_run r
                                JOIN engage_perk k ON k.workspace_id = r.workspace_id AND k.run_id = r.id AND k.state <> 'released'
                                WHERE r.workspace_id = %s AND r.dialogue_id = %s), 0)""",
            (workspace.pk, version.dialogue, THOUSANDTHS, workspace.pk, version.dialogue),
        )
        return bool(cursor.fetchone()[0] >= limit.minor)
