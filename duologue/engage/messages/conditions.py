"""What planned a message under a condition is asked once more when it is about to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace

    Ask = Callable[[Workspace, Sequence[Claimed], datetime], Collection[int]]

_asked: list[str] = []


def ask_before_leaving(path: str) -> None:
    """Name the function that says which deliveries' conditions no longer hold; called from the floor's start-up."""
    _asked[:] = [path]


def no_longer(workspace: Workspace, claimed: Sequence[Claimed], now: datetime) -> Collection[int]:
    """Return the ids of those planned under a condition that no longer holds; nothing is asked where none has one."""
    conditional = [one for one in claimed if one.body.get("conditional")]
    if not conditional or not _asked:
        return ()
    ask: Ask = import_string(_asked[0])
    return ask(workspace, conditional, now)
