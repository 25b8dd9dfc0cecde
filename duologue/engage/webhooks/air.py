"""Calls that are being made while the worker goes on with its other work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from duologue.engage.webhooks.outbox import claim, settle
from duologue.engage.webhooks.tasks import AT_ONCE, SECONDS, call_due, make
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import datetime

    from duologue.engage.webhooks.outbox import Due
    from duologue.engage.webhooks.rules import Came
    from duologue.platform.workspaces.models import Workspace


class InTheAir:
    """At most so many calls at once, of all workspaces. Their threads only ask; what came is settled by whoever calls `land`.

    A process that dies loses nothing: its calls stay in the outbox, and are made again when their lease is over.
    """

    def __init__(self) -> None:
        self._calls: dict[Future[Came], tuple[Workspace, Due]] = {}
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="webhook")

    def begin(self, workspace: Workspace, now: datetime) -> int:
        """Begin the calls that are due, as many as there is room for; return how many. With a virtual clock they are made at once."""
        if workspace.is_virtual:
            return call_due(workspace, now)
        room = AT_ONCE - len(self._calls)
        due = claim(workspace=workspace, most=room, now=now) if room else []
        for one in due:
            self._calls[self._pool.submit(make, one, now, virtual=False)] = (workspace, one)
        return len(due)

    def land(self) -> int:
        """Settle the calls that have come to an end; return how many. Where the database is away they are kept for the next time."""
        ended = [future for future in self._calls if future.done()]
        for workspace in {self._calls[future][0] for future in ended}:
            of_it = [future for future in ended if self._calls[future][0] == workspace]
            settle(workspace=workspace, done=[(self._calls[future][1], future.result()) for future in of_it], now=present(workspace))
            for future in of_it:
                del self._calls[future]
        return len(ended)

    def come_down(self) -> None:
        """Wait for all of them, which is not long, and settle them."""
        wait(self._calls, timeout=SECONDS)
        self.land()
