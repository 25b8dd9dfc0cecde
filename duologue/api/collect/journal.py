"""Group commit: what many requests bring goes down in one transaction, as soon as a connection is free."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import close_old_connections, transaction

from duologue.people.intake.actions import note_refusals, receive
from duologue.platform.workspaces.queries import now as now_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.kit.pipeline import Refused
    from duologue.platform.workspaces.models import Workspace

CONNECTIONS = 2
MOST_AT_ONCE = 5000


@dataclass(slots=True)
class Entry:
    """What one request brought, and who waits for it to be durable."""

    workspace: Workspace
    source: str
    payloads: Sequence[bytes]
    refused: Sequence[tuple[int, Refused, bytes]]
    done: asyncio.Future[None]


@dataclass(slots=True)
class Journal:
    """Waiting entries and the few connections that write them; one for each event loop. There is no timer."""

    waiting: list[Entry] = field(default_factory=list)
    busy: int = 0
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="collect"))

    async def keep(
        self, *, workspace: Workspace, source: str, payloads: Sequence[bytes], refused: Sequence[tuple[int, Refused, bytes]]
    ) -> None:
        """Return once the events and refusals are committed; raises what the database raised."""
        entry = Entry(workspace, source, payloads, refused, asyncio.get_running_loop().create_future())
        self.waiting.append(entry)
        self._write_what_waits()
        await entry.done

    def _write_what_waits(self) -> None:
        while self.waiting and self.busy < CONNECTIONS:
            some: list[Entry] = []
            events = 0
            while self.waiting and (not some or events + len(self.waiting[0].payloads) <= MOST_AT_ONCE):
                some.append(self.waiting.pop(0))
                events += len(some[-1].payloads)
            self.busy += 1
            writing = asyncio.get_running_loop().run_in_executor(self.pool, write, some)
            writing.add_done_callback(lambda future, entries=some: self._tell(future, entries))  # type: ignore[misc]

    def _tell(self, future: asyncio.Future[None], entries: list[Entry]) -> None:
        self.busy -= 1
        mistake = future.exception()
        for entry in entries:
            if entry.done.done():  # its client has gone
                continue
            if mistake is None:
                entry.done.set_result(None)
            else:
                entry.done.set_exception(mistake)
        self._write_what_waits()


def write(entries: list[Entry]) -> None:
    """Write entries in one transaction; runs in a thread with its own connection."""
    close_old_connections()
    try:
        together: dict[tuple[int, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            together[entry.workspace.pk, entry.source].append(entry)
        with transaction.atomic():
            for (_, source), group in sorted(together.items(), key=lambda one: one[0]):
                workspace = group[0].workspace
                now = now_in(workspace)
                receive(workspace=workspace, source=source, payloads=[one for entry in group for one in entry.payloads], now=now)
                refusals = [(source, refusal, payload) for entry in group for _, refusal, payload in entry.refused]
                if refusals:
                    note_refusals(workspace=workspace, refusals=refusals, now=now)
    finally:
        close_old_connections()
