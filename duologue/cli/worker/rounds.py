"""One round through the kinds of work of a workspace, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

    Work = Callable[[Workspace, datetime], int]
    Asks = Callable[[Workspace], "Waiting"]

FOLLOWER: Final = "follower "


@dataclass(slots=True, frozen=True)
class Waiting:
    """By kind of work: the moment at which it is next due, and what is due whatever the moment."""

    moments: dict[str, datetime]
    at_once: frozenset[str]

    def has(self, work: str, now: datetime) -> bool:
        """Say whether this kind of work has something to do."""
        return work in self.at_once or (work in self.moments and self.moments[work] <= now)

    def next(self) -> datetime | None:
        """Return the next moment at which something is due, which may be past."""
        return min(self.moments.values(), default=None)


def go_round(  # noqa: PLR0917 - all that a round is made of
    workspace: Workspace,
    now: datetime,
    work: Iterable[tuple[str, Work]],
    asks: Asks,
    do: Callable[[str, Work], int],
    found: Waiting | None = None,
) -> tuple[bool, Waiting | None]:
    """Do once, in order, each kind of work that has something to do; say whether anything moved, and what waits if that is still known.

    What waits is asked again only where something has moved since; followers find out by themselves, for less. `found` is what
    waits where that is known already.
    """
    found = found or asks(workspace)
    moved = False
    for name, piece in work:
        if found is None and not name.startswith(FOLLOWER):
            found = asks(workspace)
        if (found is None or found.has(name, now)) and do(name, piece):
            moved, found = True, None
    return moved, found
