"""The embedded PostgreSQL: made on first use, held by whoever uses it, stopped by the last to leave."""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from duologue.platform.database.footing import find_footing
from duologue.platform.database.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duologue.platform.database.folder import DataFolder


_held: set[IO[str]] = set()


def _to_the_terminal(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 long waits must be seen


@contextmanager
def held(data: DataFolder, *, durable: bool = True, note: Callable[[str], None] = _to_the_terminal) -> Iterator[Server]:
    """Hold the embedded server of this data folder, starting it where needed; the last holder stops it.

    Each holder keeps a shared lock, which the system takes back however it dies. Changes to the server are made under
    a second, exclusive lock. `durable=False` is for tests: nothing survives a power cut. What it gives is for
    `revive`. Raises NoFooting or ServerFailed, each with a sentence.
    """
    footing = find_footing(data)
    server = Server(footing, data.socket_folder, durable, note)
    holder = os.getpid()
    with (footing.home / "database.holders").open("a") as holders:
        with _change(footing.home):
            fcntl.flock(holders, fcntl.LOCK_SH)
            if not server.is_alive():
                for sentence in footing.notes:
                    note(sentence)
            server.ensure_running()
        _held.add(holders)
        try:
            yield server
        finally:
            _held.discard(holders)
            if os.getpid() == holder:  # a fork of the holder has nothing to give back
                _leave(footing.home, holders, server)


def let_go_of_inherited() -> None:
    """In a fork of a holder: hold nothing by what was inherited, so that the lock is free once its real holders have left."""
    for holders in _held:
        holders.close()
    _held.clear()


def revive(server: Server) -> bool:
    """Start the server again where it died under its holders, for a holder that watches over it; say whether it had."""
    if server.is_alive():
        return False
    with _change(server.footing.home):
        server.ensure_running()
    return True


def _leave(home: Path, holders: IO[str], server: Server) -> None:
    with _change(home):
        fcntl.flock(holders, fcntl.LOCK_UN)
        try:
            fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server.stop()


@contextmanager
def _change(home: Path) -> Iterator[None]:
    with (home / "database.change").open("a") as change:
        fcntl.flock(change, fcntl.LOCK_EX)
        yield
