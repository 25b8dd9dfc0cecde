"""A sender's own journal: which letters were wholly written to the wire, and what the carrier replied.

One append-only file per sending process, locked as long as it lives. After a SIGKILL it tells which deliveries never left,
which were accepted, and which alone are in doubt. It is not synced to disk: after loss of the machine (another boot) all
that was being handed over is in doubt.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import threading
import time
from pathlib import Path
from typing import IO

from django.conf import settings

from duologue.engage.channels.protocol import Outcome

LARGE = 16_000_000
WEEK = 7 * 86_400
_lock = threading.Lock()
_own: tuple[int, str, IO[bytes]] | None = None
_noted: list[str] = []  # notes that are not written yet; only the wire's thread has any


def sender_name() -> str:
    """Return this process's name as a sender, opening its journal on first use."""
    return _mine()[0]


def dot_written(delivery: int, attempt: int) -> None:
    """Note, before it is written, that the last byte of a letter is about to go out; with it, what was read before."""
    _noted.append(f"D {delivery} {attempt}\n")
    rest()


def reply_read(delivery: int, attempt: int, kind: str, code: str) -> None:
    """Note what the carrier replied to a letter: written with the next note, and at the latest when the wire comes to `rest`."""
    _noted.append(f"R {delivery} {attempt} {kind} {code}\n")


def rest() -> None:
    """Write what was noted."""
    if _noted:
        lines = "".join(_noted)
        _noted.clear()
        _mine()[1].write(lines.encode())


def look_up(deliveries: list[tuple[int, int, str]]) -> dict[int, Outcome]:
    """Return what the journals of dead senders say of (delivery, attempt, sender); those of other living senders are left out.

    Ask about this process's own only when it is no longer handing them over.
    """
    found: dict[int, Outcome] = {}
    for sender in {sender for _, _, sender in deliveries}:
        those = [(delivery, attempt) for delivery, attempt, name in deliveries if name == sender]
        entries = _read_dead(sender)
        if entries is None:
            continue
        for key in those:
            found[key[0]] = _outcome(key, entries)
    return found


def is_anothers(sender: str) -> bool:
    """Say whether a sender is another process on this machine that lives."""
    if _own is not None and _own[1] == sender:
        return False
    path = _folder() / f"{Path(sender).name}.journal"
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def shorten() -> None:
    """Empty this process's journal once it is large; only while the process hands nothing over."""
    file = _mine()[1]
    if os.fstat(file.fileno()).st_size > LARGE:
        file.truncate(0)
        file.write(f"B {_boot()}\n".encode())


def _forget_old() -> None:
    """Remove journals whose senders have been dead for a week: all they knew was settled when the next sender began."""
    for path in _folder().glob("*.journal"):
        with path.open("rb") as file:
            if time.time() - os.fstat(file.fileno()).st_mtime < WEEK:
                continue
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            path.unlink(missing_ok=True)


def _outcome(key: tuple[int, int], entries: dict[tuple[int, int], tuple[str, str]] | str) -> Outcome:
    if isinstance(entries, str):
        return Outcome(key[0], "uncertain", code="sender_lost", text=entries)
    if key not in entries:
        return Outcome(key[0], "deferred", code="not_sent", text="The sender stopped before it was written to the wire.")
    kind, code = entries[key]
    if kind == "D":
        return Outcome(key[0], "uncertain", code="sender_lost", text="The sender stopped before the carrier's reply.")
    return Outcome(key[0], kind, code=code, text="from the sender's journal")  # type: ignore[arg-type]


def _folder() -> Path:
    folder = settings.DATA.run / "senders"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _mine() -> tuple[str, IO[bytes]]:
    global _own  # noqa: PLW0603 - one journal per process
    with _lock:
        if _own is None or _own[0] != os.getpid():
            name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
            file = (_folder() / f"{name}.journal").open("ab", buffering=0)
            fcntl.flock(file, fcntl.LOCK_EX)
            _forget_old()
            file.write(f"B {_boot()}\n".encode())
            _own = (os.getpid(), name, file)
        return _own[1], _own[2]


def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else "unknown"


def _read_dead(sender: str) -> dict[tuple[int, int], tuple[str, str]] | str | None:
    """Return a dead sender's entries, a sentence when its journal cannot be trusted, or None while it lives."""
    path = _folder() / f"{Path(sender).name}.journal"
    if not path.exists():
        return "The sender's journal is not on this machine."
    if is_anothers(sender):
        return None
    with path.open("rb") as file:
        lines = file.read().decode(errors="replace").splitlines()
    if not lines or lines[0] != f"B {_boot()}":
        return "The machine was started anew since."
    entries: dict[tuple[int, int], tuple[str, str]] = {}
    for line in lines[1:]:
        parts = line.split(" ")
        if parts[0] == "D" and len(parts) == 3:
            entries[int(parts[1]), int(parts[2])] = ("D", "")
        elif parts[0] == "R" and len(parts) == 5:
            entries[int(parts[1]), int(parts[2])] = (parts[3], parts[4])
    return entries
