"""Group commit: what many requests bring goes down together, as soon as a connection is free."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONNECTIONS = 2
MOST_AT_ONCE = 5000
MOST_WAITING = 100_000  # rows; whoever brings more is asked to come again
Entry = TypeVar("Entry")
Answer = TypeVar("Answer")


class Overloaded(Exception):
    """More waits already than can be kept in the memory; nothing of this was taken."""


@dataclass(slots=True)
class Together(Generic[Entry, Answer]):
    """Entries that wait, and the few threads with connections of their own that write them; one for each event loop. There is no timer.

    `write` takes some entries and returns an answer to each once they are durable.
    """

    write: Callable[[list[Entry]], Sequence[Answer]]
    name: str
    most_at_once: int = MOST_AT_ONCE
    connections: int = CONNECTIONS
    waiting: deque[tuple[Entry, int, asyncio.Future[Answer]]] = field(default_factory=deque)
    rows: int = 0  # that wait
    busy: int = 0
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.connections, thread_name_prefix=self.name)

    async def add(self, entry: Entry, size: int) -> Answer:
        """Return the answer once the entry is durable; raises what writing raised, and Overloaded. `size` is how many rows it holds."""
        if self.rows and self.rows + size > MOST_WAITING:
            raise Overloaded
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append((entry, size, done))
        self.rows += size
        self._write_what_waits()
        return await done

    def _write_what_waits(self) -> None:
        while self.waiting and self.busy < self.connections:
            some: list[tuple[Entry, int, asyncio.Future[Answer]]] = []
            rows = 0
            while self.waiting and (not some or rows + self.waiting[0][1] <= self.most_at_once):
                some.append(self.waiting.popleft())
                rows += some[-1][1]
            self.rows -= rows
            self.busy += 1
            writing = asyncio.get_running_loop().run_in_executor(self.pool, self.write, [entry for entry, _, _ in some])
            writing.add_done_callback(lambda future, waits=[done for _, _, done in some]: self._tell(future, waits))  # type: ignore[misc]

    def _tell(self, future: asyncio.Future[Sequence[Answer]], waits: list[asyncio.Future[Answer]]) -> None:
        self.busy -= 1
        mistake = future.exception()
        for place, done in enumerate(waits):
            if done.done():  # its client has gone
                continue
            if mistake is None:
                done.set_result(future.result()[place])
            else:
                done.set_exception(mistake)
        self._write_what_waits()
