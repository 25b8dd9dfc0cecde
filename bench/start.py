"""`duologue --help`, the first page of `duologue serve` on an existing workspace, and what it takes while nobody asks anything of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from bench.meter import Meter, Row
from bench.serving import serving

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

SETTLED = 12.0  # seconds after which what a start brings with it has passed
IDLE = 30.0


def measure(folder: Path, _size: Size) -> list[Row]:
    own = {"DUOLOGUE_DATA": str(folder / "served")}  # with a database of its own, which is started, too
    with serving(**own):
        _run("workspace", "create", "bench", **own)
    with Meter() as meter:
        wall, cpu = min(_run("--help") for _ in range(5))
        with serving(**own) as running:
            time.sleep(SETTLED)
            before, began = running.cpu(), time.perf_counter()
            time.sleep(IDLE)
            idle = (running.cpu() - before) / (time.perf_counter() - began)
            memory, parts = running.memory()
    rows = [
        Row("duologue --help", "ms", wall * 1000, None, 400, cpu_us=cpu * 1e6, less_is_better=True),
        Row("serve on an existing workspace: its first page", "ms", running.seconds * 1000, None, 4000, less_is_better=True),
        Row("serve at rest: thousandths of a processor", "", idle * 1000, None, 10, less_is_better=True),
        Row("serve at rest: memory, the database aside", "MB", memory, None, 350, less_is_better=True, note=parts),
    ]
    for row in rows:
        row.foreign = meter.foreign
    return rows


def _run(*words: str, **more: str) -> tuple[float, float]:
    """Run a command; return how long it took, and its processor time, in seconds."""
    before, begin = sum(os.times()[2:4]), time.perf_counter()
    subprocess.run([sys.executable, "-m", "duologue", *words], check=True, capture_output=True, env={**os.environ, **more})
    return time.perf_counter() - begin, sum(os.times()[2:4]) - before
