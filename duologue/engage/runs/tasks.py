"""Waking the runs whose time has come."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.runs import rows
from duologue.engage.runs.steps import advance
from duologue.engage.runs.watermark import watermark
from duologue.platform.registry import shards
from duologue.platform.registry.leases import Leases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

ROLE = "engine"
leases = Leases(ROLE)


def wake(workspace: Workspace, now: datetime, most: int = 10_000, *, held: Mapping[int, int] | None = None) -> int:
    """Move the runs that are due, without any response; return how many changed.

    `held` are the shards to work on with their epochs; by default all that this process can have.
    """
    mine = leases.of(workspace) if held is None else held
    if not mine:
        return 0
    with suppress(shards.LeaseLost), transaction.atomic():
        leases.prove(workspace, mine)
        until = watermark(workspace, now)
        due = rows.due(workspace, now, until, list(mine), most)
        return advance(workspace, due, {}, now, until) if due else 0
    leases.lost()
    return 0
