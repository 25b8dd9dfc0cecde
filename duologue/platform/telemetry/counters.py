"""What the processes of one installation have done since it was started: counted in memory, told to the web by small files."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Count = tuple[str, tuple[tuple[str, str], ...]]  # a name of FIGURES, and its labels in order

FIGURES: Final[Mapping[str, str]] = {
    "events_received": "Events that the web took in and made durable.",
    "events_refused": "Events that the web refused.",
    "work_done": "What was done, by kind of work: events taken in, events followed, runs moved, deliveries moved.",
    "work_seconds": "Seconds spent on each kind of work.",
    "work_failed": "How often a kind of work failed with an error that is no trouble of the database.",
    "attempts": "Attempts of the sender to hand a delivery to a carrier, by outcome.",
}
SECONDS: Final = 5.0
_lock = threading.Lock()
_counts: defaultdict[Count, float] = defaultdict(float)
_told_at = 0.0


def count(figure: str, by: float = 1, **labels: str) -> None:
    """Add to one of FIGURES; costs no more than an addition, in any process and thread."""
    with _lock:
        _counts[figure, tuple(sorted(labels.items()))] += by


def tell(*, at_once: bool = False) -> None:
    """Let the web read what this process has counted, at most every few seconds; long-lived processes call it now and then."""
    global _told_at  # noqa: PLW0603 - one file per process
    if not _counts or (time.monotonic() - _told_at < SECONDS and not at_once):
        return
    _told_at = time.monotonic()
    with _lock:
        said = json.dumps([[figure, labels, value] for (figure, labels), value in _counts.items()])
    draft = _file().with_suffix(".draft")
    draft.write_text(said)
    draft.rename(_file())


def together() -> dict[Count, float]:
    """Return what this process has counted and what the others have told."""
    with _lock:
        found = defaultdict(float, _counts)
    for file in _folder().glob("*.json"):
        if file != _file():
            for figure, labels, value in json.loads(file.read_text()):
                found[figure, tuple((key, said) for key, said in labels)] += value
    return dict(found)


def begin_anew() -> None:
    """Forget what processes of an earlier start have told; called before the first one of a new start."""
    for file in _folder().iterdir():
        file.unlink(missing_ok=True)


def _file() -> Path:
    return _folder() / f"{os.getpid()}.json"


def _folder() -> Path:
    folder: Path = settings.DATA.run / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
