"""Follows the timeline: whoever a batch touches is looked at again, by the rules that look at what it touched."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.people.consent import ages
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names, queries
from duologue.people.timeline.readers import Reader
from duologue.platform.database import arrays
from duologue.strategize.segments import queries as members
from duologue.strategize.segments.compiled import all_compiled
from duologue.strategize.segments.evaluate import evaluate
from duologue.strategize.segments.rules.reads import CONSENT, EVENT, FACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.people.timeline.queries import EventRow, Reading
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

NAME: Final = "segments"
MERGES: Final = "segments: merges"  # a cursor over merges beside the one over batches
AT_ONCE: Final = 10_000  # held in memory, with all that an event says
ALONG: Final = 500  # of those whose moment has come: looked at by themselves they cost as much again
CONSENT_EVENTS: Final = frozenset({names.CONSENT_GRANTED, names.CONSENT_WITHDRAWN, names.CONSENT_REFUSED})


class SegmentsFollower(Reader):
    """Keeps the members of every segment."""

    name = NAME
    most = AT_ONCE

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Deal with the next batches and merges; return how many events and merges were read, 0 when all was."""
        if queries.all_read_until(workspace, NAME) and not _merges(workspace):
            return 0
        with transaction.atomic():
            return read_on(workspace, now)

    def read(self, *, workspace: Workspace, reading: Reading, now: datetime) -> None:
        """Look again at whom these batches touch, and at those merged since."""
        _look_again(workspace, reading.events, _merges(workspace), now)


def read_on(workspace: Workspace, now: datetime) -> int:
    """Deal with the next batches, in the caller's transaction; return how many events and merges were read."""
    reading = queries.unread(workspace, NAME, most=AT_ONCE)
    merges = _merges(workspace) if reading or _hold(workspace) else []
    events = reading.events if reading else []
    _look_again(workspace, events, merges, now)
    if reading:
        timeline.move_cursor(workspace=workspace, follower=NAME, batch_no=reading.batch_no)
    return len(events) + len(merges)


def _look_again(workspace: Workspace, events: Sequence[EventRow], merges: Sequence[tuple[int, int, int]], now: datetime) -> None:
    rules = all_compiled(workspace)
    due = _touched(workspace, rules, events)
    for _, kept, lost in merges:
        for rule in rules:
            due[rule.id] |= {kept, lost}
    if any(due.values()):
        for segment, persons in members.come(workspace, now, ALONG).items():
            due[segment] |= persons
        evaluate(workspace, rules, due, now)
    if merges:
        timeline.move_cursor(workspace=workspace, follower=MERGES, batch_no=max(number for number, _, _ in merges))


def hold(workspace: Workspace) -> bool:
    """Take this workspace's segments for the rest of the transaction; False where another process has them."""
    return _hold(workspace)


def _hold(workspace: Workspace) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_cursor (workspace_id, follower, batch_no) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING", (workspace.pk, NAME)
        )
        cursor.execute(
            "SELECT 1 FROM platform_cursor WHERE workspace_id = %s AND follower = %s FOR UPDATE SKIP LOCKED", (workspace.pk, NAME)
        )
        return cursor.fetchone() is not None


def _touched(workspace: Workspace, rules: Iterable[Compiled], events: Iterable[EventRow]) -> defaultdict[int, set[int]]:
    readers: dict[str, list[int]] = defaultdict(list)
    for rule in rules:
        for looked in rule.reads:
            readers[looked].append(rule.id)
    due: defaultdict[int, set[int]] = defaultdict(set)
    seen: set[int] = set()
    for event in events:
        seen.add(event.person)
        for looked in _touches(event):
            for segment in readers.get(looked, ()):
                due[segment].add(event.person)
    everyone = [rule.id for rule in rules if rule.everyone]
    standing = _standing(workspace, everyone, seen) if everyone and seen else {}
    for segment in everyone:
        due[segment] |= seen - standing.get(segment, set())
    return due


def _touches(event: EventRow) -> Iterable[str]:
    yield EVENT + event.name
    if event.name == names.FACT_CHANGED:
        for key in event.properties:
            yield FACT + key
        if ages.WEIGHED & event.properties.keys():
            yield CONSENT
    elif event.name in CONSENT_EVENTS:
        yield CONSENT


def _standing(workspace: Workspace, segments: list[int], persons: set[int]) -> defaultdict[int, set[int]]:
    """Return for each of these segments which of the persons have a standing there."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT segment_id, person FROM strategize_segmentmember
               WHERE workspace_id = %s AND segment_id = ANY(%s) AND person = ANY(%s::bigint[])""",
            (workspace.pk, segments, arrays.numbers(persons)),
        )
        for segment, person in cursor.fetchall():
            found[segment].add(person)
    return found


def _merges(workspace: Workspace) -> list[tuple[int, int, int]]:
    """Return merges not dealt with: (id, kept, lost). A merge that committed late is known by the standing its lost one still has."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.id, m.kept, m.lost FROM people_merge m,
                      (SELECT coalesce(max(batch_no), 0) AS last FROM platform_cursor WHERE workspace_id = %s AND follower = %s) c
               WHERE m.workspace_id = %s AND m.id > c.last - 1000 AND m.undone_at IS NULL AND (m.id > c.last OR EXISTS (
                     SELECT FROM strategize_segmentmember s WHERE s.workspace_id = m.workspace_id AND s.person = m.lost AND s.member))""",
            (workspace.pk, MERGES, workspace.pk),
        )
        return cursor.fetchall()  # type: ignore[no-any-return]
