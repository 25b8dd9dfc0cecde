"""What the worker does for endpoints: it tells many at once, and goes on with its other work meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final

from duologue.engage.endpoints.reading import take
from duologue.engage.endpoints.telling import TOGETHER, pass_by, settle, tell

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import datetime

    from duologue.engage.endpoints.reading import Held
    from duologue.engage.endpoints.telling import Told
    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 16


def tell_due(workspace: Workspace, now: datetime) -> int:
    """Tell the endpoints that have something to be told, and wait for them; return how many. The live worker does not wait.

    While the clock is virtual only those marked test are told; what happens then passes the others by.
    """
    held = take(workspace=workspace, most=AT_ONCE, now=now)
    for one in held:
        if one.endpoint.is_test or not workspace.is_virtual:
            settle(workspace=workspace, held=one, told=tell(one, now))
        else:
            pass_by(workspace=workspace, held=one)
    return len(held)


class BeingTold:
    """At most so many endpoints at once, of all workspaces. Their threads only call; how far it came is settled by whoever calls `land`.

    A process that dies loses nothing: when the lease is over, the endpoint is told on from its last settled place, under the same ids.
    """

    def __init__(self) -> None:
        self._calls: dict[Future[Told], tuple[Workspace, Held]] = {}
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="endpoint")

    def begin(self, workspace: Workspace, now: datetime) -> int:
        """Begin with those that are due, as many as there is room for; return how many."""
        if workspace.is_virtual:
            return tell_due(workspace, now)
        room = AT_ONCE - len(self._calls)
        held = take(workspace=workspace, most=room, now=now) if room else []
        for one in held:
            self._calls[self._pool.submit(tell, one, now)] = (workspace, one)
        return len(held)

    def land(self) -> int:
        """Settle those that have come to an end; return how many. Where the database is away they are kept for the next time."""
        ended = [future for future in self._calls if future.done()]
        for future in ended:
            workspace, held = self._calls[future]
            settle(workspace=workspace, held=held, told=future.result())
            del self._calls[future]
        return len(ended)

    def come_down(self) -> None:
        """Wait for all of them, which is not long, and settle them."""
        wait(self._calls, timeout=TOGETHER)
        self.land()
