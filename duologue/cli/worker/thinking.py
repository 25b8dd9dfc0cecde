"""What a process does that thinks: everything but sending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.worker.due import waiting
from duologue.cli.worker.once import WORKER, one_by_one
from duologue.engage.conversations.clicks import tell_spooled
from duologue.engage.endpoints.tasks import BeingTold, tell_due
from duologue.engage.runs.tasks import leases
from duologue.engage.webhooks.air import InTheAir
from duologue.engage.webhooks.tasks import call_due
from duologue.platform.bells.bell import WORKER as BELL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.cli.worker.rounds import Waiting, Work
    from duologue.platform.workspaces.models import Workspace


class Thinking:
    """The part of a loop that thinks; other programs are called while it goes on."""

    bell = BELL

    def __init__(self) -> None:
        self._air, self._told = InTheAir(), BeingTold()
        apart: dict[Work, Work] = {call_due: self._air.begin, tell_due: self._told.begin}
        self._work = [(name, apart.get(do, do)) for name, do in WORKER]

    def work(self) -> Iterator[tuple[str, Work]]:
        return one_by_one(self._work)

    def waiting(self, workspace: Workspace) -> Waiting:
        return waiting(workspace)

    def before(self) -> int:
        """Settle what came meanwhile, before the workspaces' turn; return how much."""
        return tell_spooled() + self._air.land() + self._told.land()

    def lost(self) -> None:
        leases.lost()

    def leave(self) -> None:
        """Give shards back, and wait for the calls that are being made."""
        leases.give_back()
        self._air.come_down()
        self._told.come_down()
