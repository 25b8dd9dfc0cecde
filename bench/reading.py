"""Others at the lake meanwhile: one reads it again and again, one writes fresh events and lets the lake follow."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import duckdb
from django.db import connection

from bench.crowd import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.past import Past

FRESH = 1_000
TRIES = 5  # as often as a count begins again where files went
MOST_SECONDS = 60.0


class Meanwhile:
    """Reads and appends in threads of their own while it is entered; each has done so once before, and `go_on` waits for once more.

    `reads` are (batch, events of those who go, events of others), each of one snapshot.
    """

    def __init__(self, shop: Past, gone: Sequence[int]) -> None:
        self.reads: list[tuple[int, int, int]] = []
        self.appended = self.begun_again = 0
        self._shop, self._gone = shop, list(gone)
        self._failed: list[BaseException] = []
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._while, args=(does,), daemon=True) for does in (self._read, self._append)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        self.go_on()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(MOST_SECONDS)

    def go_on(self) -> None:
        """Wait until there was a read and something was appended after this moment. A read that began before does not count."""
        reads, appended, until = len(self.reads), self.appended, time.monotonic() + MOST_SECONDS
        while len(self.reads) < reads + 2 or self.appended == appended:
            if self._failed:
                raise self._failed[0]
            assert time.monotonic() < until, "nobody reads, or nobody writes"
            time.sleep(0.02)

    def check(self, theirs: int) -> None:
        """See that nobody failed, and that each read found of those who go all or nothing, and of others what the timeline holds."""
        if self._failed:
            raise self._failed[0]
        held = self._shop.counts()
        for batch_no, gone, others in self.reads:
            assert gone in (theirs, 0), f"a reader saw {gone} of {theirs} events of those who were erased"
            assert others == held[batch_no], f"a reader saw {others} of {held[batch_no]} events up to batch {batch_no}"
        assert [self.reads[0][1], self.reads[-1][1]] == [theirs, 0], "they were gone before, or stayed"

    def _while(self, does: Callable[[], None]) -> None:
        try:
            while not self._done.is_set():
                does()
        except BaseException as trouble:  # noqa: BLE001 told by whoever waits
            self._failed.append(trouble)
        finally:
            connection.close()

    def _read(self) -> None:
        for left in reversed(range(TRIES)):
            try:
                self.reads.append(self._once())
                break
            except duckdb.IOException:
                self.begun_again += 1
                if not left:
                    raise

    def _once(self) -> tuple[int, int, int]:
        from duologue.platform.lake import queries as lake

        snapshot = lake.snapshot(self._shop.workspace)
        duck = lake.connection(snapshot, threads=1)
        try:
            gone = "profile_id IN (SELECT unnest(?))"
            found = duck.execute(f"SELECT count(*) FILTER ({gone}), count(*) FROM events", [self._gone]).fetchone()
        finally:
            duck.close()
        assert found is not None
        return snapshot.batch_no, found[0], found[1] - found[0]

    def _append(self) -> None:
        from duologue.strategize.segments.history import LakeFollower

        since = NOON + timedelta(days=1, seconds=self.appended)
        self._shop.write(FRESH, since=since, until=since + timedelta(seconds=FRESH))
        self.appended += LakeFollower(seconds=0, rest=0).follow(workspace=self._shop.workspace, now=NOON)
        self._done.wait(0.1)
