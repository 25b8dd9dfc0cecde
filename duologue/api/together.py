"""Group commit: what many requests bring goes down together, as soon as a connection is free."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECTIONS = 2
MOST_AT_ONCE = 5000
Entry = TypeVar("Entry")


@dataclass(slots=True)
class Together(Generic[Entry]):
    """Entries that wait, and the few threads with connections of their own that write them; one for each event loop. There is no timer.

    `write` takes some entries and returns once they are durable.
    """

    write: Callable[[list[Entry]], None]
    name: str
    waiting: list[tuple[Entry, int, asyncio.Future[None]]] = field(default_factory=list)
    busy: int = 0
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix=self.name)

    async def add(self, entry: Entry, size: int) -> None:
        """Return once the entry is durable; raises what writing raised. `size` is how many rows it holds."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((entry, size, done))
        self._write_what_waits()
        await done

    def _write_what_waits(self) -> None:
        while self.waiting and self.busy < CONNECTIONS:
            some: list[tuple[Entry, int, asyncio.Future[None]]] = []
            rows = 0
            while self.waiting and (not some or rows + self.waiting[0][1] <= MOST_AT_ONCE):
                some.append(self.waiting.pop(0))
                rows += some[-1][1]
            self.busy += 1
            writing = asyncio.get_running_loop().run_in_executor(self.pool, self.write, [entry for entry, _, _ in some])
            writing.add_done_callback(lambda future, waits=[done for _, _, done in some]: self._tell(future, waits))  # type: ignore[misc]

    def _tell(self, future: asyncio.Future[None], waits: list[asyncio.Future[None]]) -> None:
        self.busy -= 1
        mistake = future.exception()
        for done in waits:
            if done.done():  # its client has gone
                continue
            if mistake is None:
                done.set_result(None)
            else:
                done.set_exception(mistake)
        self._write_what_waits()
