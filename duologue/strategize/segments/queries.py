"""Reading segments and their members."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.platform.database import arrays
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def segment(workspace: Workspace, name: str) -> Segment | None:
    """Return a segment by its name."""
    return Segment.within(workspace).filter(name=name).first()


def members(workspace: Workspace, name: str) -> list[int]:
    """Return the persons in a segment, in the order of their numbers; none where there is no such segment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.person FROM strategize_segment s
               JOIN strategize_segmentmember m ON m.workspace_id = s.workspace_id AND m.segment_id = s.id
               WHERE s.workspace_id = %s AND s.name = %s AND m.member ORDER BY m.person""",
            (workspace.pk, name),
        )
        return [row[0] for row in cursor.fetchall()]


def each_member(workspace: Workspace, name: str, *, at_once: int = 10_000) -> Iterator[list[int]]:
    """Yield the persons in a segment by the page, in the order of their numbers, however many they are."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT m.person FROM strategize_segmentmember m
                   WHERE m.workspace_id = %s AND m.segment_id = (SELECT id FROM strategize_segment WHERE workspace_id = %s AND name = %s)
                   AND m.member AND m.person > %s ORDER BY m.person LIMIT %s""",
                (workspace.pk, workspace.pk, name, last, at_once),
            )
            page = [row[0] for row in cursor.fetchall()]
        if not page:
            return
        yield page
        last = page[-1]


def members_of(workspace: Workspace, name: str, *, most: int, slices: int = 1) -> list[int]:
    """Return at most `most` persons in a segment: its first, or with `slices` neighbours from so many places all over it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH s AS MATERIALIZED (SELECT id FROM strategize_segment WHERE workspace_id = %(workspace)s AND name = %(name)s),
               e AS MATERIALIZED (
                   SELECT min(m.person) AS low, max(m.person) AS high FROM strategize_segmentmember m
                   WHERE m.workspace_id = %(workspace)s AND m.segment_id = (SELECT id FROM s) AND m.member)
               SELECT DISTINCT one.person FROM e CROSS JOIN generate_series(0, %(slices)s - 1) AS g (slice)
               CROSS JOIN LATERAL (
                   SELECT m.person FROM strategize_segmentmember m
                   WHERE m.workspace_id = %(workspace)s AND m.segment_id = (SELECT id FROM s) AND m.member
                     AND m.person >= e.low + (e.high - e.low) * g.slice / %(slices)s
                   ORDER BY m.person LIMIT %(each)s) one ORDER BY one.person""",
            {"workspace": workspace.pk, "name": name, "slices": slices, "each": most // slices},
        )
        return [row[0] for row in cursor.fetchall()]


def memberships(workspace: Workspace, persons: Sequence[int], names: Iterable[str] | None = None) -> dict[int, set[str]]:
    """Return for each of these persons the names of the segments they are in; with `names`, only of those segments."""
    found: dict[int, set[str]] = {person: set() for person in persons}
    listed, only = arrays.numbers(persons), "" if names is None else "AND s.name = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.person, s.name FROM strategize_segmentmember m
                JOIN strategize_segment s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id
                WHERE m.workspace_id = %s AND m.person = ANY(%s::bigint[]) AND m.member {only}""",
            (workspace.pk, listed) if names is None else (workspace.pk, listed, list(names)),
        )
        for person, name in cursor.fetchall():
            found[person].add(name)
    return found


NEXT: Final = "SELECT min(recheck_at) FROM strategize_segmentmember WHERE workspace_id = %(workspace)s AND recheck_at IS NOT NULL"
MERGED: Final = """EXISTS (SELECT FROM people_merge WHERE workspace_id = %(workspace)s AND undone_at IS NULL AND id >
    coalesce((SELECT batch_no FROM platform_cursor WHERE workspace_id = %(workspace)s AND follower = 'segments: merges'), 0))"""
UNCOUNTED: Final = "EXISTS (SELECT FROM strategize_segment WHERE workspace_id = %(workspace)s AND swept_revision < revision)"


def next_recheck(workspace: Workspace) -> datetime | None:
    """Return the first moment at which someone must be looked at again, or None."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"workspace": workspace.pk})
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def come(workspace: Workspace, now: datetime, most: int) -> dict[int, set[int]]:
    """Return by segment whom to look at again because the moment has come: `most` standings, those that have waited longest."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT segment_id, person FROM strategize_segmentmember
               WHERE workspace_id = %s AND recheck_at <= %s ORDER BY recheck_at LIMIT %s""",
            (workspace.pk, now, most),
        )
        for segment, person in cursor.fetchall():
            found[segment].add(person)
    return found
