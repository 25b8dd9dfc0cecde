"""Clicks kept on disk while the database is away; the worker tells them later, each once.

One file per process, one JSON line per click. A file is taken by renaming it, so that two readers never share one.
"""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_lock = threading.Lock()


def folder() -> Path:
    """Return where clicks wait."""
    path: Path = settings.DATA.run / "spool"
    return path


def keep(*clicks: dict[str, Any]) -> None:
    """Write clicks down, durably, with their moment on this machine's clock: the database's cannot be asked."""
    at = datetime.now(UTC).isoformat()
    lines = b"".join(json.dumps({**click, "at": at}).encode() + b"\n" for click in clicks)
    path = folder()
    path.mkdir(parents=True, exist_ok=True)
    with _lock, (path / f"clicks.{os.getpid()}").open("ab") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def waiting() -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Yield each waiting file, taken, with its clicks; remove the file once they are told."""
    if not folder().is_dir():
        return
    for path in sorted(folder().glob("clicks.*")):
        taken = path if path.suffix == ".taken" else path.with_name(f"{path.name}.{os.urandom(4).hex()}.taken")
        try:
            if taken != path:
                path.rename(taken)
            lines = taken.read_bytes().splitlines()
        except FileNotFoundError:
            continue  # another worker has it
        yield taken, [click for line in lines if (click := _read(line))]


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        click = json.loads(line)
    except ValueError:  # half a line: the process died while writing
        return None
    return click if isinstance(click, dict) else None
