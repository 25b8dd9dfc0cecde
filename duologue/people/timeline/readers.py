"""Followers that read batches of the timeline: each by itself, or several in one transaction that reads the events once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from django.db import connection, transaction

from duologue.people.timeline.actions import move_cursor, move_cursors
from duologue.people.timeline.queries import Reading, unread, unread_by_all

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

FEW: Final = 1_000  # more events than this are read by each reader alone, so that processes can share them


class Reader(ABC):
    """A follower whose work is done in the transaction that moves its cursor, whoever began it."""

    name: ClassVar[str]
    only: ClassVar[Collection[str] | None] = None  # the names of the events it is given; None: all
    most: ClassVar[int] = 50_000  # events in one transaction

    @abstractmethod
    def read(self, *, workspace: Workspace, reading: Reading, now: datetime) -> None:
        """Deal with these batches, in the caller's transaction, which then moves the cursor."""

    def wanted(self, workspace: Workspace) -> Collection[str] | None:
        """Return the names of the events that are worth fetching for it alone; None: all."""
        return self.only

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Deal with the next batches; return the number of events read, 0 when all was read."""
        with transaction.atomic():
            reading = unread(workspace, self.name, most=self.most, only=self.wanted(workspace))
            if reading is None:
                return 0
            self.read(workspace=workspace, reading=reading, now=now)
            move_cursor(workspace=workspace, follower=self.name, batch_no=reading.batch_no)
            return max(1, len(reading.events))


def read_together(workspace: Workspace, readers: Sequence[Reader], now: datetime) -> int | None:
    """Let readers deal in one transaction with the batches that any of them has not read; return the number of events.

    The events are read once, and each reader is given those after its own cursor. None, and nothing is done, where there are more
    than a few or another process holds a cursor: then each is to follow by itself.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            found = unread_by_all(cursor, workspace, [reader.name for reader in readers], FEW)
        if found is None:
            return None
        reading, read_until = found
        for reader in readers:
            if (mine := _after(reading, read_until[reader.name], reader.only)) is not None:
                reader.read(workspace=workspace, reading=mine, now=now)
        if reading.events or any(at < reading.batch_no for at in read_until.values()):
            move_cursors(workspace=workspace, followers=list(read_until), batch_no=reading.batch_no)
            return max(1, len(reading.events))
        return 0


def _after(reading: Reading, read_until: int, only: Collection[str] | None) -> Reading | None:
    if read_until >= reading.batch_no:
        return None
    events = [event for event in reading.events if event.batch_no > read_until and (only is None or event.name in only)]
    return Reading(reading.batch_no, events)
