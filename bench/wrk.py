"""Load by Debian's `wrk` with the scripts beside this file, and what it measured."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent
MISSING = "wrk is not installed (Debian: wrk)"


@dataclass
class Load:
    """What came of it: answers of any status, those that were no 200 or 302, those that never came, and times in ms."""

    requests: int
    refused: int
    lost: int
    seconds: float
    p50: float
    p99: float
    cpu: float  # of wrk itself, in seconds


def program() -> str | None:
    """Return where it is installed, or None."""
    return shutil.which("wrk")


def load(url: str, script: str, *, connections: int, seconds: int, threads: int = 1, **given: str) -> Load:
    """Ask as much as is answered, over so many connections; `given` is the script's, as environment."""
    command = [program() or "wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", "--latency"]
    before = sum(os.times()[2:4])
    done = subprocess.run(
        [*command, "-s", str(SCRIPTS / script), url], env={**os.environ, **given}, check=True, capture_output=True, text=True
    )
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    return Load(**found, cpu=sum(os.times()[2:4]) - before)
