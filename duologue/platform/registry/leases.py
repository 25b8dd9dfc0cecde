"""The shards that one process writes for in one role, asked for again when half their time is over."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.platform.database import locks
from duologue.platform.database.clock import database_now
from duologue.platform.registry import shards

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

HALF_LIFE: Final = timedelta(seconds=shards.LEASE_SECONDS / 2)
UNLEASED: Final = -1
EVERYONE: Final = dict.fromkeys(range(shards.SHARDS), UNLEASED)


def owner() -> str:
    """Return the name under which this process holds its shards."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


class Leases:
    """One role's leases in this process. Ask `of` outside any transaction, and `prove` what it said in the one that writes."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._held: dict[int, int] = {}
        self._asked_at: datetime | None = None

    def of(self, workspace: Workspace) -> Mapping[int, int]:
        """Return {shard: epoch} of those to write for.

        Where the clock is virtual these are all, and `prove` lets one process in at a time: whoever moves the clock must be
        able to do all that is due before it moves on, whether or not a worker is running.
        """
        return EVERYONE if workspace.is_virtual else self.held()

    def held(self) -> dict[int, int]:
        """Return {shard: epoch} of the leases, renewed where it is time."""
        now = database_now()
        if self._asked_at is None or now - self._asked_at > HALF_LIFE:
            self._held, self._asked_at = shards.acquire(self.role, owner(), now), now
        return self._held

    def prove(self, workspace: Workspace, held: Mapping[int, int]) -> None:
        """Make sure that nobody else writes for these people until the transaction ends; raises `shards.LeaseLost`."""
        if UNLEASED in held.values():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (locks.of_role(self.role), workspace.pk))
        else:
            shards.check(self.role, held)

    def lost(self) -> None:
        """Forget what is held, so that it is asked for anew."""
        self._held, self._asked_at = {}, None

    def give_back(self) -> None:
        """Let others have the shards at once, on a clean stop."""
        shards.release(self.role, owner(), database_now())
        self.lost()
