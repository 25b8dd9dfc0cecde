"""Writing who is in which segment, and the events that say so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.people.timeline import actions as timeline
from duologue.people.timeline.names import SEGMENT_JOINED, SEGMENT_LEFT
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from duologue.platform.workspaces.models import Workspace

COLUMNS: Final = "workspace_id, segment_id, person, shard, member, since, recheck_at"
BLOCK: Final = 1 << 18


@dataclass(slots=True, frozen=True)
class Change:
    """A standing that differs from the one kept. `shard` is None for someone who is no person any more."""

    segment: int
    person: int
    shard: int | None
    was: bool
    member: bool
    recheck_at: datetime | None
    keep: bool


def write(*, workspace: Workspace, changes: Sequence[Change], names: Mapping[int, str], now: datetime, tell: bool = True) -> None:
    """Keep changed standings and, with `tell`, put joining and leaving on the timeline, all in the caller's transaction."""
    kept = [change for change in changes if change.keep]
    gone = [change for change in changes if not change.keep]
    with connection.cursor() as cursor:
        if kept:
            cursor.execute(
                """INSERT INTO strategize_segmentmember AS m (workspace_id, segment_id, person, shard, member, since, recheck_at)
                   SELECT %s, c.segment, c.person, c.shard, c.member, %s, c.recheck_at
                   FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::boolean[], %s::timestamptz[])
                        AS c (segment, person, shard, member, recheck_at)
                   ON CONFLICT (workspace_id, segment_id, person) DO UPDATE SET member = excluded.member, shard = excluded.shard,
                       recheck_at = excluded.recheck_at,
                       since = CASE WHEN m.member = excluded.member THEN m.since ELSE excluded.since END""",
                (workspace.pk, now, *_columns(kept)),
            )
        if gone:
            cursor.execute(
                """DELETE FROM strategize_segmentmember m USING unnest(%s::bigint[], %s::bigint[]) AS c (segment, person)
                   WHERE m.workspace_id = %s AND m.segment_id = c.segment AND m.person = c.person""",
                (arrays.numbers(one.segment for one in gone), arrays.numbers(one.person for one in gone), workspace.pk),
            )
    _resize(workspace, changes)
    if tell:
        timeline.write(workspace=workspace, events=list(_events(changes, names, now)), now=now)


def fill(*, workspace: Workspace, segment: int, rows: Path, size: int) -> None:
    """Keep the standings of a segment that has none: COLUMNS, from a file of CSV. `size` says how many of them are members."""
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY strategize_segmentmember ({COLUMNS}) FROM STDIN (FORMAT csv)") as copy, rows.open("rb") as file:
            while block := file.read(BLOCK):
                copy.write(block)
        cursor.execute("UPDATE strategize_segment SET size = size + %s WHERE workspace_id = %s AND id = %s", (size, workspace.pk, segment))


def _columns(kept: Sequence[Change]) -> tuple[str, ...]:
    return (
        arrays.numbers(one.segment for one in kept),
        arrays.numbers(one.person for one in kept),
        arrays.numbers(one.shard or 0 for one in kept),
        arrays.numbers(one.member for one in kept),
        arrays.moments(one.recheck_at for one in kept),
    )


def _resize(workspace: Workspace, changes: Iterable[Change]) -> None:
    grown: Counter[int] = Counter()
    for change in changes:
        grown[change.segment] += change.member - change.was
    moved = {segment: by for segment, by in grown.items() if by}
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE strategize_segment s SET size = s.size + g.by FROM unnest(%s::bigint[], %s::int[]) AS g (id, by)
               WHERE s.workspace_id = %s AND s.id = g.id""",
            (list(moved), list(moved.values()), workspace.pk),
        )


def _events(changes: Iterable[Change], names: Mapping[int, str], now: datetime) -> Iterable[timeline.NewEvent]:
    for change in changes:
        if change.was != change.member and change.shard is not None:
            name = SEGMENT_JOINED if change.member else SEGMENT_LEFT
            yield timeline.NewEvent(change.person, now, name, {"segment": names[change.segment]})
