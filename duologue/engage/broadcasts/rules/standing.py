"""Where a broadcast stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

STANDINGS: Final = ("draft", "scheduled", "sending", "stopped", "paused", "done")


def standing_of(state: str, *, stopped: bool, in_hand: bool, waiting: int, next_at: datetime | None, now: datetime) -> str:
    """Return one of STANDINGS: `stopped` by itself, a moment `in_hand`, letters `waiting`, the calendar's next moment."""
    if state == "draft":
        return "draft"
    if state == "paused":
        return "stopped" if stopped else "paused"
    if state == "ended":
        return "done"
    if in_hand or waiting or (next_at is not None and next_at <= now):
        return "sending"
    return "scheduled" if next_at is not None else "done"
