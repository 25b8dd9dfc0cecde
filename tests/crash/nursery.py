"""A process with everything loaded, of which those that tests kill are forked in a moment: real ones, each with connections of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOADED = (
    "duologue.cli.worker.loop",
    "duologue.cli.commands.work",
    "duologue.cli.commands.events",
    "duologue.people.imports.actions",
    "duologue.api.doors",
    "granian.server.embed",
    "deltalake",
)


class Nursery:
    """Begets processes on the database that `environment` names; what they say of themselves is kept in `log`."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        environment = {**environment, "DJANGO_SETTINGS_MODULE": "duologue.settings", "PYTHONPATH": str(ROOT)}
        with log.open("ab") as said:
            self._mother = subprocess.Popen(
                [sys.executable, __file__], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
            )
        assert self._mother.stdout.readline() == "ready\n", log.read_text()

    def beget(self, *words: str) -> int:
        """Start a process that does `duologue WORDS`, or with `web PORT` keeps the plain doors; return its number."""
        self._mother.stdin.write(f"{json.dumps(words)}\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())

    def close(self) -> None:
        """End the mother; her children end with her."""
        self._mother.kill()
        self._mother.wait()
        self._mother.stdin.close()
        self._mother.stdout.close()


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def end(pid: int) -> None:
    """End it without warning, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while is_alive(pid):
        time.sleep(0.001)


def main() -> None:
    import django

    django.setup()
    for name in LOADED:
        import_module(name)
    from duologue.platform.registry.ports import followers

    lake = next(follower for follower in followers() if follower.name == "lake")
    lake.events, lake.seconds, lake.rest = 500, 0.5, 0.1  # in a life of seconds it is to be written, too
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _tell("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(json.loads(line))
        _tell(str(child))


def _tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _live(words: list[str]) -> None:
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # with its mother
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        random.seed()
        if words[0] == "web":
            asyncio.run(_serve(int(words[1])))
        else:
            from duologue.cli.command import run

            run(words)
    finally:
        os._exit(0)


async def _serve(port: int) -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from duologue.api.doors import PlainDoors

    server = Server(PlainDoors(otherwise=None), port=port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False)
    await server.serve()


if __name__ == "__main__":
    main()
