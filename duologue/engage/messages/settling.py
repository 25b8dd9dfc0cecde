"""Settling at once all that is uncertain, of one turn or of all: a person's word for thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.messages.doubts import call_sent, send_again
from duologue.engage.messages.in_doubt import some_in_doubt

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def settle_all(
    *,
    workspace: Workspace,
    again: bool,
    now: datetime,
    dialogue: int | None = None,
    turn: str | None = None,
    since_restore: bool | None = None,
) -> int:
    """Send again, or count as sent, all that is uncertain, batch by batch; return how many.

    What is cut off in the middle is settled up to there; the same word goes on with the rest.
    """
    act = send_again if again else call_sent
    count = last = 0
    while some := some_in_doubt(workspace, dialogue=dialogue, turn=turn, since_restore=since_restore, after=last):
        count += act(workspace=workspace, deliveries=some, now=now)
        last = some[-1]
    return count
