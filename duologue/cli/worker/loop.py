"""The live loop of a worker: all workspaces, again and again, asleep while nothing is due."""

from __future__ import annotations

import threading
import time
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from django.db import DatabaseError, close_old_connections, connection

from duologue.cli.worker.rounds import go_round
from duologue.platform.bells.bell import Bell
from duologue.platform.telemetry.counters import count, tell
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from duologue.cli.worker.rounds import Waiting, Work

log = structlog.get_logger()
TROUBLE_SECONDS: Final = 2.0
BREATH: Final = 0.005  # after a bell: what comes at the same time is done together
FRESH: Final = 0.05  # seconds: in a turn of some ten short pieces of work a sixth of all questions was what time it is
PARTS: Final = {"worker": "thinking.Thinking", "sender": "sending.Sending"}


class Part(Protocol):
    """What a loop does, with all that this takes: loaded only where it is done."""

    bell: str

    def work(self) -> Iterable[tuple[str, Work]]:
        """Return the kinds of work in their order."""
        ...

    def waiting(self, workspace: Workspace) -> Waiting:
        """Ask what waits in a workspace."""
        ...

    def before(self) -> int:
        """Do what is no workspace's; return how much."""
        ...

    def lost(self) -> None:
        """Forget what is held of the database, which is away."""
        ...

    def leave(self) -> None:
        """Give back what others would wait for."""
        ...


class Present:
    """What time it is in a workspace: asked of the database, and again once what it said is older than FRESH."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._ask_at = 0.0

    def __call__(self) -> datetime:
        """Return the moment, at most so much too early."""
        if (here := time.monotonic()) >= self._ask_at:
            self._ask_at, self._moment = here + FRESH, now(self._workspace)
        return self._moment


class Loop:
    """Turns the wheel of every workspace until it is told to stop; a piece of work is always finished first.

    Between two turns it sleeps until its bell is rung, and never longer than `poll` seconds.
    """

    def __init__(self, *, only: str, poll: float) -> None:
        self._parts = [_part(path) for name, path in PARTS.items() if only in {"", name}]
        self._bell = Bell(*(part.bell for part in self._parts))
        self._poll = poll
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the loop to end after the piece of work in hand."""
        self._stopping.set()
        self._bell.ring_here()

    def run(self) -> None:
        """Work until stopped. With the database away it waits and tries again."""
        while not self._stopping.is_set():
            seconds = self._turn_or_wait()
            if self._stopping.is_set():  # its bell may have been hushed together with what it was rung for before
                return
            if seconds and self._bell.sleep(seconds):
                self._stopping.wait(BREATH)

    def _turn_or_wait(self) -> float:
        self._bell.hush()
        try:
            return 0.0 if self.turn() else self._poll
        except DatabaseError as trouble:
            log.warning("worker_waits_for_database", error=type(trouble).__name__)
            for part in self._parts:
                part.lost()
            connection.close()
            return TROUBLE_SECONDS

    def turn(self) -> bool:
        """Do once in each workspace what waits there; say whether anything moved."""
        close_old_connections()
        tell()
        moved = sum(part.before() for part in self._parts) > 0
        for workspace in Workspace.objects.order_by("pk"):
            present = Present(workspace)
            for part in self._parts:
                moved = go_round(workspace, present(), part.work(), part.waiting, partial(self._one, workspace, present))[0] or moved
        return moved and not self._stopping.is_set()

    def _one(self, workspace: Workspace, present: Present, name: str, do: Work) -> bool:
        """Do one kind of work unless told to stop; what fails is logged by its kind and does not stop the others."""
        if self._stopping.is_set():
            return False
        began = time.monotonic()
        try:
            done = do(workspace, present())
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
        for part in self._parts:
            part.leave()
        self._bell.close()
        tell(at_once=True)


def _part(path: str) -> Part:
    module, _, name = path.partition(".")
    made: Part = getattr(import_module(f"duologue.cli.worker.{module}"), name)()
    return made
