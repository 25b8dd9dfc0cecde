"""Counting who looked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from duologue.brand.catalogue.queries import watch

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

MOST_COUNTED = 100_000


def looked(workspace: Workspace, key: str, now: datetime) -> dict[str, int]:
    """Return how many people look at a product as the watch has it, by how, and as `people` in all; counted up to 100,000 looks."""
    since = now - timedelta(days=watch(workspace).looked_within)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(how, 'people'), count(DISTINCT person) FROM (
                   SELECT l.how, p.person FROM engage_looked l
                   JOIN people_profile p ON p.workspace_id = l.workspace_id AND p.id = l.profile_id
                   WHERE l.workspace_id = %s AND l.key = %s AND l.at > %s LIMIT %s) found
               GROUP BY GROUPING SETS ((how), ())""",
            (workspace.pk, key, since, MOST_COUNTED),
        )
        return {"people": 0, **dict(cursor.fetchall())}
