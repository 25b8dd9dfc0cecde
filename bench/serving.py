"""`duologue serve` as its operator meets it, beside this process: on this round's own database and data folder."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from bench.meter import process_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

PATIENCE = 120.0
WEB = """
import os, sys
os.environ["DUOLOGUE_PORT"] = sys.argv[-1]
from duologue.cli.children import load_web, web
load_web()
web()
"""


@dataclass
class Serving:
    """One that runs. `seconds` is how long it took to answer its first page."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float

    def children(self) -> dict[int, str]:
        """Return the processes that it started, with what they were called by."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    name = (entry / "comm").read_text().strip()
                except OSError:
                    continue
                found[int(entry.name)] = (parent, name)
        ours = {self.process.pid}
        while more := {pid for pid, (parent, _) in found.items() if parent in ours} - ours:
            ours |= more
        return {pid: found[pid][1] for pid in ours if pid in found and found[pid][1] != "postgres"}

    def cpu(self) -> float:
        """Return the processor seconds of all its processes, the database aside."""
        return sum(process_seconds(pid) for pid in self.children())

    def memory(self) -> tuple[float, str]:
        """Return its memory in MB, what is shared counted once (PSS), and who holds how much of it."""
        held = []
        for pid, name in self.children().items():
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                held.append((name, next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024))
        return sum(size for _, size in held), ", ".join(f"{name} {size:.0f}" for name, size in held)

    def worker(self) -> int:
        """Return the process in which requests are answered: the one that has used most."""
        return max(self.children(), key=process_seconds)


def serving(page: str = "/accounts/login/", **more: str) -> AbstractContextManager[Serving]:
    """Run `duologue serve` on a free port, in the data folder of this process; `more` are further settings."""
    return _answering([sys.executable, "-m", "duologue", "serve"], page, more)


def web() -> AbstractContextManager[Serving]:
    """Run the web process alone, as `duologue serve` runs it."""
    return _answering([sys.executable, "-c", WEB, "serve"], "/healthz", {})


@contextmanager
def _answering(command: Sequence[str], page: str, more: dict[str, str]) -> Iterator[Serving]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [str(port) if before == "--port" else word for before, word in pairwise(["", *command])]
    if "--port" not in line:
        line += ["--port", str(port)]
    begin = time.perf_counter()
    process = subprocess.Popen(line, env={**os.environ, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while _status(port, page) != 200:
            assert process.poll() is None, "it ended"
            assert time.perf_counter() - begin < PATIENCE, "it did not answer"
            time.sleep(0.01)
        yield Serving(process, port, time.perf_counter() - begin)
    finally:
        process.terminate()
        process.wait()


def _status(port: int, page: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", page)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
