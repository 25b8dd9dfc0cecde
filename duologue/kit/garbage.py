"""When Python looks for garbage in cycles.

By itself it looks after every few hundred new objects. Where thousands live for a moment, as those of a batch do, it looks through
all of them again and again and finds nothing.
"""

from __future__ import annotations

import atexit
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEW_OBJECTS: Final = 20_000
YOUNG: Final = 1


def leave_alone() -> None:
    """Look through what is there now no more, until the process ends: then libraries look for what was left behind, and complain."""
    gc.freeze()
    atexit.unregister(gc.unfreeze)
    atexit.register(gc.unfreeze)


def stay() -> None:
    """Set up a process that stays: what it has loaded is not looked through any more, and what is new less often."""
    gc.collect()
    leave_alone()
    gc.set_threshold(NEW_OBJECTS, 10, 10)


@contextmanager
def between_batches() -> Iterator[Callable[[], int]]:
    """Look for garbage only when the function that is given is called."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield lambda: gc.collect(YOUNG)
    finally:
        if was_looking:
            gc.enable()
