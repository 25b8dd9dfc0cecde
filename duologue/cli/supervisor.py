"""Watches over the processes of one installation: forks them, forks them again when they die, stops them together."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from duologue.kit.garbage import leave_alone

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkProcess

FIRST_DELAY, LONGEST_DELAY, STEADY_AFTER = 0.5, 30.0, 60.0
STOP_PATIENCE = 25.0
STOPS: Final = (signal.SIGTERM, signal.SIGINT)
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
LONGEST_NAME = 15  # bytes, says Linux


def _nothing() -> None:
    pass


@dataclass
class Child:
    """One process to be kept running; what it starts belongs to its group and ends with it.

    `load` is done in the supervisor before the first fork, so that all who are forked after it share what was loaded: it may begin no
    thread and no connection (decision 20). `live` is what the child does; it leaves with an exit status, or returns for 0.
    """

    name: str
    live: Callable[[], None]
    load: Callable[[], None] = _nothing
    process: ForkProcess | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY
    next_start: float = 0.0

    def start(self) -> None:
        self.load()
        leave_alone()  # in no process: looking through it would make each keep its own copy
        self.process = multiprocessing.get_context("fork").Process(name=self.name, target=_live, args=(self, os.getpid()))
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until the child has handlers of its own
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        self.started = time.monotonic()

    def died(self) -> int | None:
        """Return the exit status when it has ended, and clear away what it left of its group."""
        if self.process is None or (status := self.process.exitcode) is None:
            return None
        self.signal_group(signal.SIGKILL)
        self.process = None
        return status

    def schedule(self) -> float:
        """Plan the next start, later each time it dies young; return the seconds until then."""
        if time.monotonic() - self.started > STEADY_AFTER:
            self.delay = FIRST_DELAY
        wait, self.delay = self.delay, min(self.delay * 2, LONGEST_DELAY)
        self.next_start = time.monotonic() + wait
        return wait

    def signal_group(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


@dataclass
class Supervisor:
    """Keeps children running until told to stop; `between` is called about once a second."""

    children: list[Child]
    note: Callable[[str], None]
    between: Callable[[], None]
    stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Return once asked to stop and every child has ended."""
        for number in STOPS:
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    self._look_after(child)
                self.between()
                _reap_strangers({child.process.pid for child in self.children if child.process})
                time.sleep(0.5)
        finally:
            self._end_all()

    def _look_after(self, child: Child) -> None:
        status = child.died()
        if status is not None:
            self.note(f"The {child.name} ended ({_in_words(status)}); it starts again in {child.schedule():.1f} s.")
        if child.process is None and time.monotonic() >= child.next_start and not self.stopping:
            child.start()

    def _stop(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def _end_all(self) -> None:
        running = [child for child in self.children if child.process]
        for child in running:
            if child.process:
                child.process.terminate()
        deadline = time.monotonic() + STOP_PATIENCE
        for child in running:
            if child.process:
                child.process.join(max(0.1, deadline - time.monotonic()))
            child.signal_group(signal.SIGKILL)


def _in_words(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def _live(child: Child, parent: int) -> None:
    """Be the child: a group, a name and signals of its own."""
    os.setsid()
    if sys.platform == "linux":
        name = f"duologue {child.name}"[:LONGEST_NAME].encode()
        ctypes.CDLL(None).prctl(PR_SET_NAME, name)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # Linux ends it when the supervisor dies, however it dies
        if os.getppid() != parent:
            return
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    child.live()


def _reap_strangers(ours: set[int | None]) -> None:
    """As the first process of a container, take in what others left behind."""
    if os.getpid() != 1:
        return
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and found.si_pid not in ours:
            os.waitpid(found.si_pid, 0)
