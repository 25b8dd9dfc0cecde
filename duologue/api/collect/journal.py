"""What comes in by many requests, written down together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import close_old_connections, transaction

from duologue.api.together import Together
from duologue.people.intake.actions import note_refusals, receive
from duologue.platform.workspaces.queries import now as now_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import ThreadPoolExecutor

    from duologue.kit.pipeline import Refused
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True)
class Entry:
    """What one request brought."""

    workspace: Workspace
    source: str
    payloads: Sequence[bytes]
    refused: Sequence[tuple[int, Refused, bytes]]


class Journal:
    """The events and refusals that wait to be durable; one for each event loop."""

    def __init__(self) -> None:
        self._together: Together[Entry, None] = Together(write, "collect")

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads that may ask the database."""
        return self._together.pool

    async def keep(
        self, *, workspace: Workspace, source: str, payloads: Sequence[bytes], refused: Sequence[tuple[int, Refused, bytes]]
    ) -> None:
        """Return once the events and refusals are committed; raises what the database raised, and Overloaded."""
        await self._together.add(Entry(workspace, source, payloads, refused), len(payloads))


def write(entries: list[Entry]) -> list[None]:
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
    return [None] * len(entries)
