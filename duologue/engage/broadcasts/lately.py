"""Counts over many letters, kept for a moment: the more there are, the longer; over few they are counted each time."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")
FEW: Final = 5_000  # letters, which are counted in no time
A_SECOND: Final = 5_000  # letters for each second that a count stays good
LONGEST: Final = 60  # seconds, while letters leave
SETTLED: Final = 10  # times longer once none waits
MOST: Final = 2_000  # counts kept
_kept: OrderedDict[Hashable, tuple[float, float, Any]] = OrderedDict()


def seconds(letters: int, *, moves: bool) -> float:
    """Return for how many seconds a count over so many letters is good enough, while they leave or once they have."""
    return 0 if letters < FEW else min(LONGEST, letters / A_SECOND) * (1 if moves else SETTLED)


def held(key: Hashable) -> tuple[Any, int] | None:
    """Return what was kept under a key and how many seconds ago; None where that is nothing, or too old."""
    found = _kept.get(key)
    age = time.monotonic() - found[0] if found else 0.0
    return (found[2], int(age)) if found and age < found[1] else None


def keep(key: Hashable, value: Any, *, letters: int, moves: bool) -> None:
    """Keep what was counted over so many letters."""
    if good := seconds(letters, moves=moves):
        _kept[key] = (time.monotonic(), good, value)
        _kept.move_to_end(key)
        if len(_kept) > MOST:
            _kept.popitem(last=False)


def counted(key: Hashable, make: Callable[[], T], *, letters: int, moves: bool) -> T:
    """Return what is kept under a key, or else make and keep it."""
    if (found := held(key)) is not None:
        value: T = found[0]
        return value
    made = make()
    keep(key, made, letters=letters, moves=moves)
    return made
