"""Rounds of cases, each in a process of its own: all once, then again while there is time, those first that take the least."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from bench.meter import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.sizes import Size

PATIENCE = 60  # seconds that a case which is told to stop may take to put its servers away


class Rounds:
    """Runs cases and tells the rows of each round as soon as it is over."""

    def __init__(self, names: list[str], size: Size, *, most: int, seconds: float) -> None:
        """Take `most` rounds of each case; begin none after its first that would not end within the seconds."""
        self._size, self._most, self._seconds = size, most, seconds
        self._took = dict.fromkeys(names, 0.0)
        self.failed: list[str] = []

    def run(self, begins: Callable[[str, int], None]) -> Iterator[list[Row]]:
        """Yield the rows of each round; nothing of one that failed, which is said. `begins` hears of each."""
        began = time.monotonic()
        for number in range(self._most):
            for name in sorted(self._took, key=self._took.__getitem__) if number else list(self._took):
                if name in self.failed or (number and time.monotonic() - began + self._took[name] > self._seconds):
                    continue
                begins(name, number)
                since = time.monotonic()
                found = _round(name, self._size)
                self._took[name] = time.monotonic() - since
                if found:
                    yield found
                else:
                    self.failed.append(name)


def _round(name: str, size: Size) -> list[Row]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.one", name, *size.words()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        said, complained = process.communicate()
    except BaseException:
        process.terminate()
        process.wait(PATIENCE)
        raise
    if process.returncode:
        print(f"{name} failed, and tells no time: {complained.strip().splitlines()[-1:]}", file=sys.stderr)
        return []
    return [Row(**row) for row in json.loads(said.splitlines()[-1])]
