"""Waking the runs whose time has come."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.runs import rows
from duologue.engage.runs.steps import advance
from duologue.engage.runs.watermark import watermark
from duologue.platform.database.clock import database_now
from duologue.platform.registry import shards

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

ROLE = "engine"
HALF_LIFE = timedelta(seconds=shards.LEASE_SECONDS / 2)


def owner() -> str:
    """Return the name under which this process holds its shards."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


class Leases:
    """The shards of people, asked for again when half their time is over."""

    def __init__(self) -> None:
        self._held: dict[int, int] = {}
        self._asked_at: datetime | None = None

    def held(self) -> dict[int, int]:
        """Return {shard: epoch}, renewed where it is time; call it outside a transaction."""
        now = database_now()
        if self._asked_at is None or now - self._asked_at > HALF_LIFE:
            self._held, self._asked_at = shards.acquire(ROLE, owner(), now), now
        return self._held

    def lost(self) -> None:
        """Forget what is held, so that it is asked for anew."""
        self._held, self._asked_at = {}, None

    def give_back(self) -> None:
        """Let others have the shards at once, on a clean stop."""
        shards.release(ROLE, owner(), database_now())
        self.lost()


leases = Leases()


def wake(workspace: Workspace, now: datetime, most: int = 10_000, *, held: Mapping[int, int] | None = None) -> int:
    """Move the runs that are due, without any response; return how many changed.

    `held` are the shards to work on with their epochs; by default all that this process can have.
    """
    mine = leases.held() if held is None else held
    if not mine:
        return 0
    with suppress(shards.LeaseLost), transaction.atomic():
        shards.check(ROLE, mine)
        until = watermark(workspace, now)
        due = rows.due(workspace, now, until, list(mine), most)
        return advance(workspace, due, {}, now, until) if due else 0
    leases.lost()
    return 0
