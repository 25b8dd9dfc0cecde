"""Bells: named pipes in the data folder, one for each process that sleeps.

They save waiting and promise nothing: whoever sleeps looks for work now and then all the same, and so does a process on another
machine, which hears none of them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import select
from functools import partial
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

if TYPE_CHECKING:
    from pathlib import Path

WORKER: Final = "worker"
SENDER: Final = "sender"
AT_ONCE: Final = 65_536  # bytes: what a pipe holds


class Bell:
    """The bell of this process, rung for any of its names. Where no pipe can be made, nobody hears it and it sleeps on."""

    def __init__(self, *names: str) -> None:
        self._path = _folder() / f"{'+'.join(names)}.{os.getpid()}-{secrets.token_hex(4)}"
        self._pipe: int | None = None
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            hidden = self._path.with_name(f".{self._path.name}")
            os.mkfifo(hidden, 0o600)
            self._pipe = os.open(hidden, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            hidden.rename(self._path)  # whoever rings finds no pipe that nobody has opened yet

    def sleep(self, seconds: float) -> bool:
        """Sleep until it is rung, at most so long; say whether it was."""
        found, _, _ = select.select([] if self._pipe is None else [self._pipe], [], [], seconds)
        return bool(found)

    def hush(self) -> None:
        """Forget that it was rung: what it was rung for is looked after now."""
        if self._pipe is not None:
            with contextlib.suppress(BlockingIOError):
                os.read(self._pipe, AT_ONCE)

    def ring_here(self) -> None:
        """Wake this process; may be called by a signal's handler."""
        if self._pipe is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._pipe, b".")

    def close(self) -> None:
        """Take it away."""
        if self._pipe is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._pipe)
            self._pipe = None


def ring(name: str) -> None:
    """Wake the processes that sleep under this name, on this machine; what the dead have left is cleared away."""
    try:
        found = [path for path in _folder().iterdir() if name in path.name.partition(".")[0].split("+")]
    except OSError:
        return
    for path in found:
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as trouble:
            if trouble.errno == errno.ENXIO:  # nobody has it open; else it may be somebody's whom this process cannot ring
                with contextlib.suppress(OSError):
                    path.unlink()
            continue
        with contextlib.suppress(OSError):  # full: it was rung often enough
            os.write(pipe, b".")
        os.close(pipe)


def ring_once_kept(name: str) -> None:
    """Ring when the transaction has been committed: before that there is nothing to see."""
    transaction.on_commit(partial(ring, name))


def _folder() -> Path:
    path: Path = settings.DATA.run / "bells"
    return path
