"""Finding workspaces, and what time it is in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from duologue.platform.database.clock import database_now
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from datetime import datetime


def now(workspace: Workspace) -> datetime:
    """Return the moment it is in this workspace: the database's for a live clock, the set one for a virtual clock.

    Read it once per batch and pass it on. A virtual clock is read from the database, since another process moves it.
    """
    if not workspace.is_virtual:
        return database_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_at FROM platform_workspace WHERE id = %s", (workspace.pk,))
        row = cursor.fetchone()
    if row is None:
        raise Workspace.DoesNotExist(f"The workspace {workspace.name} is gone.")
    return row[0] or database_now()
