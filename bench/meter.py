"""Measuring: wall time, processor time of this process and of PostgreSQL, and the memory this process reaches."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Row:
    """One line of the table: `product` and `raw` in units per second; processor time per unit in microseconds."""

    what: str
    unit: str
    product: float
    raw: float | None
    goal: float | None
    cpu: float
    database_cpu: float
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.product / self.raw if self.raw else None


class Meter:
    """Measures what happens inside its `with`."""

    seconds = cpu = database_cpu = 0.0
    memory = 0  # the highest resident size seen, in MB

    def __enter__(self) -> Self:
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        self._before = (time.perf_counter(), time.process_time(), database_seconds())
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu, database = self._before
        self.seconds = time.perf_counter() - wall
        self.cpu = time.process_time() - cpu
        self.database_cpu = database_seconds() - database
        self._done.set()
        self._watch.join()

    def row(self, what: str, unit: str, count: int, *, raw: float | None, goal: float | None, note: str = "") -> Row:
        """Return the line for `count` units done in the measured time; `raw` is in units per second."""
        micro = 1e6 / count
        return Row(what, unit, count / self.seconds, raw, goal, self.cpu * micro, self.database_cpu * micro, note)

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self.memory = max(self.memory, int(Path("/proc/self/statm").read_text().split()[1]) * PAGE // 2**20)


def database_seconds() -> float:
    """Return the processor time that PostgreSQL has used: its parent process, living backends and those gone."""
    parent = _postmaster()
    if parent is None:
        return 0.0
    own = _stat(parent)
    total = sum(own[11:15])  # its own and that of children that have ended
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            found = _stat(int(entry.name))
            if found and found[1] == parent:
                total += found[11] + found[12]
    return total / TICKS


def _postmaster() -> int | None:
    """Find the server by one of its backends; a server on another machine is not metered."""
    from django.db import connection

    if not hasattr(_postmaster, "found"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found = _stat(cursor.fetchone()[0])
        _postmaster.found = found[1] if found else None
    return _postmaster.found


def _stat(pid: int) -> list[int]:
    """Return the numbers of /proc/PID/stat after the state: parent at 1, times at 11 to 14."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [0, *(int(word) for word in words[1:])]
