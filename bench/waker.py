"""Workers beside this process, each with its share of the shards: `python -m bench.waker` is one, and does as it is told on its input."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from datetime import datetime
from typing import Self

READY = "ready"


class Wakers:
    """So many workers, ready to move runs; `cpu` and `memory` are theirs, in seconds and MB (the largest)."""

    cpu = 0.0
    memory = 0

    def __init__(self, count: int, workspace, now: datetime, batch: int, moves: int) -> None:
        self._asked = {"workspace": workspace.pk, "now": now.isoformat(), "batch": batch, "moves": moves, "shards": 64 // count}
        self._count = count

    def __enter__(self) -> Self:
        self._started = [
            subprocess.Popen([sys.executable, "-m", "bench.waker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(self._count)
        ]
        self._tell(json.dumps(self._asked))
        assert all(one.stdout.readline().strip() == READY for one in self._started), "a worker did not begin"
        return self

    def run(self) -> int:
        """Let them move runs until each has done its part; return how many moved."""
        self._tell("go")
        found = [json.loads(one.stdout.readline()) for one in self._started]
        self.cpu = sum(one["cpu"] for one in found)
        self.memory = max(one["memory"] for one in found)
        return sum(one["moved"] for one in found)

    def __exit__(self, *_: object) -> None:
        for one in self._started:
            one.stdin.close()
            one.wait()

    def _tell(self, line: str) -> None:
        for one in self._started:
            one.stdin.write(f"{line}\n")
            one.stdin.flush()


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    from duologue.cli.ground import standing_on_the_database

    with standing_on_the_database():
        from duologue.engage.runs.tasks import leases, wake
        from duologue.kit import garbage
        from duologue.platform.workspaces.models import Workspace

        workspace, now = Workspace.objects.get(pk=asked["workspace"]), datetime.fromisoformat(asked["now"])
        while len(held := leases.held()) != asked["shards"]:
            leases.lost()
            time.sleep(0.1)
        wake(workspace, now, 100, held=held)
        garbage.stay()
        print(READY, flush=True)
        sys.stdin.readline()
        before, moved = time.process_time(), 0
        while moved < asked["moves"] and (found := wake(workspace, now, asked["batch"], held=leases.held())):
            moved += found
        used = time.process_time() - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"moved": moved, "cpu": used, "memory": memory}), flush=True)
        sys.stdin.readline()
        leases.give_back()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duologue.settings")
    main()
