"""The timeline on its way into the lake, and people's way out of it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection as database
from django.db import transaction

from duologue.people.models import Erasure
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import queries
from duologue.people.timeline.emptied import forgetting_emptied
from duologue.platform.lake import actions as lake
from duologue.platform.lake import queries as lake_queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from duologue.platform.workspaces.models import Workspace

NAME: Final = "lake"
PROPERTIES: Final = 8  # the column of an event that Django hands out as text
EVENTS: Final = 50_000
SECONDS: Final = 60.0
REST: Final = 1.0
AT_ONCE: Final = 20_000  # held in memory: an order with all its lines takes ten thousand bytes
BEFORE_CLEANING: Final = timedelta(hours=1)  # so that files are written anew once for all who were erased meanwhile


class LakeFollower:
    """Appends the timeline to the lake once 50,000 events wait, or any has waited 60 seconds of real time."""

    name = NAME

    def __init__(self, *, events: int = EVENTS, seconds: float = SECONDS, rest: float = REST) -> None:
        self.events = events
        self.seconds = seconds
        self.rest = rest  # real time between two looks: a wheel that turns a thousand times a minute need not ask each time
        self._since: dict[int, tuple[int, float]] = {}  # by workspace: what waits up to this batch has waited since then
        self._until: dict[int, int] = {}  # the last batch that waited when it was time
        self._not_before: dict[int, float] = {}

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Append what waits, when it is time; return how many events were read. Erased people leave the lake on the way.

        One call appends a part; those that come next append the rest of what waited by then, however little that is.
        """
        if time.monotonic() < self._not_before.get(workspace.pk, 0.0):
            return 0
        self._not_before[workspace.pk] = time.monotonic() + self.rest
        clean_lake(workspace, now, asked_before=now - BEFORE_CLEANING)
        waiting = _waiting(workspace)
        if waiting is None or not self._is_time(workspace.pk, waiting):
            return 0
        try:
            read = _append_next(workspace)
        except lake.Overtaken:
            return 0
        if 0 < read < waiting.events:
            del self._not_before[workspace.pk]
        return read

    def _is_time(self, workspace: int, waiting: _Waiting) -> bool:
        until, since = self._since.get(workspace, (0, 0.0))
        if waiting.first > until:
            self._since[workspace] = (waiting.last, since := time.monotonic())
        if waiting.events >= self.events or time.monotonic() - since >= self.seconds:
            self._until[workspace] = waiting.last
        return waiting.first <= self._until.get(workspace, 0)


@transaction.atomic
def _append_next(workspace: Workspace) -> int:
    """Append what comes next and return how many events that were; 0 where another process is at it."""
    if not lake.take_lock(workspace) or (reading := queries.unread(workspace, NAME, most=AT_ONCE)) is None:
        return 0
    lake.append(workspace=workspace, events=reading.events, batch_no=reading.batch_no)
    lake.tidy(workspace=workspace)
    timeline.move_cursor(workspace=workspace, follower=NAME, batch_no=reading.batch_no)
    return len(reading.events)


NEXT_CLEANING: Final = f"""SELECT min(asked_at) + interval '{BEFORE_CLEANING.total_seconds():.0f} seconds' FROM people_erasure
    WHERE workspace_id = %(workspace)s AND lake_clean_at IS NULL"""


@dataclass(slots=True, frozen=True)
class _Waiting:
    """How many events the lake has not read yet, and their first and last batch."""

    events: int
    first: int
    last: int


def _waiting(workspace: Workspace) -> _Waiting | None:
    with database.cursor() as cursor:
        cursor.execute(
            """SELECT sum(events), min(batch_no), max(batch_no) FROM people_batch WHERE workspace_id = %s AND batch_no >
               coalesce((SELECT batch_no FROM platform_cursor WHERE workspace_id = %s AND follower = %s), 0)""",
            (workspace.pk, workspace.pk, NAME),
        )
        row = cursor.fetchone()
        return _Waiting(*map(int, row)) if row[0] is not None else None


def connection(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB with the view `events`: all of the timeline, from the lake and, for the last of it, from PostgreSQL."""
    held = lake_queries.snapshot(workspace)
    return lake_queries.connection(held, lake.rows_of(_tail(workspace, held.batch_no)))


def _tail(workspace: Workspace, after: int) -> list[queries.EventRow]:
    with database.cursor() as cursor:
        cursor.execute(
            """SELECT b.batch_no, e.id, e.profile_id, e.profile_id, 0, e.occurred_at, e.received_at, e.name, e.properties,
                      e.source, e.run_id, e.delivery_id
               FROM people_batch b JOIN people_event e ON e.workspace_id = b.workspace_id AND e.write_id = b.write_id
               WHERE b.workspace_id = %s AND b.batch_no > %s ORDER BY b.batch_no, e.id""",
            (workspace.pk, after),
        )
        return [
            queries.EventRow(*[json.loads(value) if at == PROPERTIES else value for at, value in enumerate(row)])
            for row in cursor.fetchall()
        ]


@transaction.atomic
def clean_lake(workspace: Workspace, now: datetime, *, asked_before: datetime | None = None) -> int:
    """Remove erased people from every file of the lake and note when it was done; return how many people that was.

    Due within 24 hours of an erasure. Returns 0 also while the lake is being written; call it again later.
    """
    waiting = list(Erasure.within(workspace).filter(lake_clean_at=None, asked_at__lte=asked_before or now).order_by("id")[:500])
    if not waiting or not lake.take_lock(workspace):
        return 0
    profiles = sorted({int(profile) for erasure in waiting for profile in [erasure.person, *erasure.profiles]})
    with forgetting_emptied(workspace):
        lake.erase(workspace=workspace, profiles=profiles)
    Erasure.within(workspace).filter(id__in=[erasure.pk for erasure in waiting]).update(lake_clean_at=now)
    return len(waiting)


class LakeHolder:
    """Events in the lake. Erasing is asked for by the proof that the privacy room keeps, and done by `clean_lake`."""

    name = "lake"
    places: Sequence[str] = ("lake:events",)

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return nothing: the lake holds copies of what the timeline shows, and fewer properties."""
        return {}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Return how many rows will go from the files within 24 hours."""
        duck = lake_queries.connection(lake_queries.snapshot(workspace))
        try:
            row = duck.execute("SELECT count(*) FROM events WHERE profile_id IN (SELECT unnest(?))", [list(profiles)]).fetchone()
            return int(row[0]) if row else 0
        finally:
            duck.close()
