"""What the worker does for perks when its time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.perks import lives

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def expire(workspace: Workspace, now: datetime, most: int = 10_000) -> int:
    """End the perks whose time is over; return how many."""
    return lives.expire(workspace=workspace, now=now, most=most)
