"""Following the timeline: those that can read it together do, each of the others by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from duologue.cli.worker.rounds import FOLLOWER
from duologue.people.timeline.readers import Reader, read_together
from duologue.platform.registry import ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duologue.cli.worker.rounds import Work
    from duologue.platform.workspaces.models import Workspace

log = structlog.get_logger()
TOGETHER: Final = f"{FOLLOWER}together"


def readers() -> list[Reader]:
    """Return the followers that can share one transaction."""
    return [follower for follower in ports.followers() if isinstance(follower, Reader)]


class Following:
    """One pass of all followers, in their order; who has just read together with others is not asked again."""

    def __init__(self) -> None:
        self._have_read: set[str] = set()

    def work(self) -> Iterator[tuple[str, Work]]:
        """Yield the pass as pieces of work."""
        yield TOGETHER, self._together
        for follower in ports.followers():
            yield f"{FOLLOWER}{follower.name}", self._alone(follower)

    def _together(self, workspace: Workspace, now: datetime) -> int:
        try:
            read = read_together(workspace, readers(), now)
        except Exception as trouble:  # noqa: BLE001 whichever it is says so when it is alone, and does not hold up the others
            log.warning("followers_apart", workspace=workspace.name, error=type(trouble).__name__)
            return 0
        if read:
            self._have_read = {reader.name for reader in readers()}
        return read or 0

    def _alone(self, follower: ports.Follower) -> Work:
        def follow(workspace: Workspace, now: datetime) -> int:
            return 0 if follower.name in self._have_read else follower.follow(workspace=workspace, now=now)

        return follow
