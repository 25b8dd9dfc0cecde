"""Measuring: wall time, processor time of this process, of PostgreSQL and of strangers, memory, and what the database grew by."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PROCESSORS = os.cpu_count() or 1
QUIET = 0.05  # the share of all processors that strangers may take before a figure counts as disturbed


@dataclass
class Row:
    """One case: `value` and `limit` in units per second, or in `unit` where `less_is_better`; processor time in µs per unit."""

    case: str
    unit: str
    value: float
    limit: float | None
    goal: float | None
    cpu_us: float = 0.0
    database_cpu_us: float = 0.0
    peak_mb: int = 0
    bytes_per_million: float = 0.0
    foreign: float = 0.0
    correct: bool = True
    less_is_better: bool = False
    note: str = ""


class Meter:
    """Measures what happens inside its `with`."""

    seconds = cpu = database_cpu = foreign = 0.0
    memory = 0  # the highest resident size of this process, with its children where they are the product's, in MB
    grown = 0  # bytes the database grew by

    def __init__(self, *, with_children: bool = False) -> None:
        self._with_children = with_children

    def __enter__(self) -> Self:
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._size = database_bytes()
        self._watch.start()
        self._busy, self._ours = _machine_seconds(), _our_seconds()
        self._before = (time.perf_counter(), self._processor(), database_seconds())
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu, database = self._before
        self.seconds = time.perf_counter() - wall
        self.cpu = self._processor() - cpu
        self.database_cpu = database_seconds() - database
        strangers = (_machine_seconds() - self._busy) - (_our_seconds() - self._ours)
        self.foreign = max(0.0, strangers) / (self.seconds * PROCESSORS)
        self.grown = database_bytes() - self._size
        self._done.set()
        self._watch.join()

    def row(self, case: str, unit: str, count: int, *, limit: float | None, goal: float | None, note: str = "") -> Row:
        """Return the case for `count` units done in the measured time; `limit` is in units per second."""
        micro = 1e6 / count
        return Row(
            case=case,
            unit=unit,
            value=count / self.seconds,
            limit=limit,
            goal=goal,
            cpu_us=self.cpu * micro,
            database_cpu_us=self.database_cpu * micro,
            peak_mb=self.memory,
            bytes_per_million=self.grown * micro,
            foreign=self.foreign,
            note=note,
        )

    def _processor(self) -> float:
        """Return the processor time of this process, and of children that have ended where they are the product's."""
        return time.process_time() + (sum(os.times()[2:4]) if self._with_children else 0.0)

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self.memory = max(self.memory, sum(map(_resident, _family() if self._with_children else [os.getpid()])))


def _family() -> list[int]:
    return [os.getpid(), *(pid for pid, found in _processes().items() if found[1] == os.getpid())]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE // 2**20
    except OSError:
        return 0


def database_bytes() -> int:
    """Return the size of this database on disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def database_seconds() -> float:
    """Return the processor time that PostgreSQL has used: its parent process, living backends and those gone."""
    parent = _postmaster()
    if parent is None:
        return 0.0
    total = sum(_stat(parent)[11:15])  # its own and that of children that have ended
    for found in _processes().values():
        if found[1] == parent:
            total += found[11] + found[12]
    return total / TICKS


def process_seconds(pid: int) -> float:
    """Return the processor time of a process and of those it started that have ended; nothing once it is gone."""
    return sum(_stat(pid)[11:15]) / TICKS


def process_peak_mb(pid: int) -> int:
    """Return the most memory that a process has held."""
    return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")) // 1024


def _our_seconds() -> float:
    """Return the processor time of this process, PostgreSQL and every process that either started."""
    everyone = _processes()
    ours = {os.getpid(), _postmaster() or 0}
    grew = True
    while grew:
        more = {pid for pid, found in everyone.items() if found[1] in ours} - ours
        ours |= more
        grew = bool(more)
    total = sum(sum(everyone[pid][11:13]) for pid in ours if pid in everyone)
    ended = sum(sum(everyone[pid][13:15]) for pid in (os.getpid(), _postmaster()) if pid in everyone)
    return (total + ended) / TICKS


def _machine_seconds() -> float:
    """Return the processor time that all processors spent on anything but waiting, stolen time included."""
    numbers = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(numbers) - numbers[3] - numbers[4]) / TICKS


def _postmaster() -> int | None:
    """Find the server by one of its backends; a server on another machine is not metered."""
    from django.db import connection

    if not hasattr(_postmaster, "found"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found = _stat(cursor.fetchone()[0])
        _postmaster.found = found[1] if found else None
    return _postmaster.found


def _processes() -> dict[int, list[int]]:
    return {int(entry.name): found for entry in Path("/proc").iterdir() if entry.name.isdigit() and (found := _stat(int(entry.name)))}


def _stat(pid: int) -> list[int]:
    """Return the numbers of /proc/PID/stat after the state: parent at 1, times at 11 to 14."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [0, *(int(word) for word in words[1:])]
