"""Finding workspaces, and what time it is in one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.platform.database.clock import database_now
from duologue.platform.database.numbers import where
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

KEPT_FOR: Final = 5.0  # seconds
MOST_KEPT: Final = 1000
_kept: dict[tuple[str, int], tuple[float, Workspace]] = {}


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


def lately(numbers: Collection[int]) -> dict[int, Workspace]:
    """Return workspaces by their numbers as they were some seconds ago at most, for doors that ask hundreds of times in a second."""
    here, present = where(), time.monotonic()
    found = {number: kept[1] for number in numbers if (kept := _kept.get((here, number))) and kept[0] > present}
    if len(found) < len(numbers):
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        fresh = Workspace.objects.in_bulk([number for number in numbers if number not in found])
        _kept.update({(here, number): (present + KEPT_FOR, workspace) for number, workspace in fresh.items()})
        found |= fresh
    return found
