"""The live loop of a worker: all workspaces, again and again, asleep while nothing is due."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from django.db import DatabaseError, close_old_connections, connection

from duologue.cli.worker.once import SENDER, WORKER, go_round
from duologue.engage.conversations.clicks import tell_spooled
from duologue.engage.endpoints.tasks import BeingTold, tell_due
from duologue.engage.messages.tasks import leases as gate
from duologue.engage.runs.tasks import leases as engine
from duologue.engage.webhooks.air import InTheAir
from duologue.engage.webhooks.tasks import call_due
from duologue.platform.telemetry.counters import count, tell
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.cli.worker.once import Work

log = structlog.get_logger()
BUSY: Final = 0.0
TROUBLE_SECONDS: Final = 2.0


class Loop:
    """Turns the wheel of every workspace until it is told to stop; a piece of work is always finished first."""

    def __init__(self, *, only: str, poll: float) -> None:
        self._air, self._told = InTheAir(), BeingTold()
        apart: dict[Work, Work] = {call_due: self._air.begin, tell_due: self._told.begin}
        work = {"worker": WORKER, "sender": SENDER}.get(only, (*WORKER, *SENDER))
        self._work: Sequence[tuple[str, Work]] = [(name, apart.get(do, do)) for name, do in work]
        self._tells_clicks = only != "sender"
        self._poll = poll
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the loop to end after the piece of work in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped. With the database away it waits and tries again."""
        while not self._stopping.is_set():
            self._stopping.wait(self._turn_or_wait())

    def _turn_or_wait(self) -> float:
        try:
            return BUSY if self.turn() else self._poll
        except DatabaseError as trouble:
            log.warning("worker_waits_for_database", error=type(trouble).__name__)
            engine.lost()
            gate.lost()
            connection.close()
            return TROUBLE_SECONDS

    def turn(self) -> bool:
        """Do once in each workspace what waits there; say whether anything moved."""
        close_old_connections()
        tell()
        moved = self._tells_clicks and tell_spooled() > 0
        moved = self._air.land() + self._told.land() > 0 or moved
        for workspace in Workspace.objects.order_by("pk"):
            moved = go_round(workspace, now(workspace), self._work, partial(self._one, workspace)) or moved
        return moved and not self._stopping.is_set()

    def _one(self, workspace: Workspace, name: str, do: Work) -> bool:
        """Do one kind of work unless told to stop; what fails is logged by its kind and does not stop the others."""
        if self._stopping.is_set():
            return False
        began = time.monotonic()
        try:
            done = do(workspace, now(workspace))
        except DatabaseError:
            raise
        except Exception as trouble:  # noqa: BLE001 one broken room must not silence the house
            count("work_failed", work=name)
            log.error("work_failed", work=name, workspace=workspace.name, error=type(trouble).__name__)  # noqa: TRY400 its text may name people
            return False
        count("work_done", done, work=name)
        count("work_seconds", time.monotonic() - began, work=name)
        return done > 0

    def leave(self) -> None:
        """Give shards back, so that others need not wait for them, and wait for the calls that are being made."""
        engine.give_back()
        gate.give_back()
        self._air.come_down()
        self._told.come_down()
        tell(at_once=True)
