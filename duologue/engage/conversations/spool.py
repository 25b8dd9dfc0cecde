"""Clicks kept on disk while the database is away; the worker tells them later, each once.

One file per process, one JSON line per click. A file is taken by renaming it and held by a lock until it is told, so that two readers never
share one. Before what it says is committed it is named after the transaction: whoever finds one that was left, by a process that died, asks
whether that transaction came about.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAKEN: Final = ".taken"
BY: Final = ".told-by-"
BUSY: Final = 0.001  # seconds until a file is opened again that is just being taken
_lock = threading.Lock()


def folder() -> Path:
    """Return where clicks wait."""
    path: Path = settings.DATA.run / "spool"
    return path


@dataclass(slots=True)
class Kept:
    """A file of clicks that this process has taken; `told_by` is the transaction by which somebody was about to tell it."""

    path: Path
    clicks: list[dict[str, Any]]
    told_by: int | None

    def will_be_told_by(self, number: int) -> None:
        """Note, durably, the transaction whose commit tells these clicks."""
        self.path = self.path.rename(self.path.with_name(self.path.name.partition(BY)[0] + f"{BY}{number}"))
        here = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(here)
        finally:
            os.close(here)

    def forget(self) -> None:
        """Remove it: it is told."""
        self.path.unlink(missing_ok=True)


def keep(*clicks: dict[str, Any]) -> None:
    """Write clicks down, durably, with their moment on this machine's clock: the database's cannot be asked."""
    at = datetime.now(UTC).isoformat()
    lines = b"".join(json.dumps({**click, "at": at}).encode() + b"\n" for click in clicks)
    path = folder()
    path.mkdir(parents=True, exist_ok=True)
    with _lock:
        while not _written(path / f"clicks.{os.getpid()}", lines):
            time.sleep(BUSY)


def _written(path: Path, lines: bytes) -> bool:
    """Say whether the lines were written at the end of the file; not where it was being taken meanwhile."""
    with path.open("ab") as file:
        if not _is_ours(file, path):
            return False
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
        return True


def waiting() -> Iterator[Kept]:
    """Yield each waiting file, taken, with its clicks; another reader does not get it before the next is asked for."""
    if not folder().is_dir():
        return
    for path in sorted(folder().glob("clicks.*")):
        with _held(path) as kept:
            if kept is not None:
                yield kept


@contextmanager
def _held(path: Path) -> Iterator[Kept | None]:
    """Give a file once nobody else has it, taken; None where somebody has."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        if not _is_ours(file, path):
            yield None
            return
        left, _, told_by = path.name.partition(BY)
        taken = path if left.endswith(TAKEN) else path.rename(path.with_name(f"{path.name}.{os.urandom(4).hex()}{TAKEN}"))
        clicks = [click for line in file.read().splitlines() if (click := _read(line))]
        yield Kept(taken, clicks, int(told_by) if told_by.isdigit() else None)


def _is_ours(file: IO[bytes], path: Path) -> bool:
    """Say whether nobody else holds a file, and it still has its name; hold it then until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return path.stat().st_ino == os.fstat(file.fileno()).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        click = json.loads(line)
    except ValueError:  # half a line: the process died while writing
        return None
    return click if isinstance(click, dict) else None
