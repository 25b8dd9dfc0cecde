"""A mail server that takes everything and counts it: Postfix's `smtp-sink`."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from bench.meter import process_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = re.compile(rb"mesg=(\d+)")


def program() -> str | None:
    """Return where the sink is installed, or None."""
    return shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")


@dataclass
class Sink:
    """One that runs."""

    port: int
    process: subprocess.Popen[bytes]
    told: IO[bytes]

    def taken(self) -> int:
        """Return how many letters it has taken."""
        self.told.seek(0)
        return int((TOLD.findall(self.told.read()) or [0])[-1])

    def seconds(self) -> float:
        """Return the processor time it has used."""
        return process_seconds(self.process.pid)


@contextmanager
def sink(program: str) -> Iterator[Sink]:
    """Run one on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen([program, "-c", "-u", "nobody", f"127.0.0.1:{port}", "200"], stdout=told, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield Sink(port, process, told)
        finally:
            process.terminate()
            process.wait()
