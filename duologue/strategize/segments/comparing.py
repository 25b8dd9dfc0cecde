"""Whether the lake holds what the timeline holds, month by month: the question before anything may leave PostgreSQL."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection

from duologue.kit.clock import month_bounds
from duologue.people.models import Erasure
from duologue.people.timeline.older import left
from duologue.platform.lake import queries as lake
from duologue.platform.lake.streams import Scratch

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

KEY: Final = "md5(concat_ws(':', id, profile_id, {micros}, name))"  # of one event, the same text in both
TIMELINE: Final = f"""
    SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*), bit_xor(('x' || substr(
           {KEY.format(micros="(extract(epoch FROM occurred_at) * 1000000)::bigint")}, 1, 15))::bit(60)::bigint)
    FROM people_event e WHERE workspace_id = %(workspace)s AND write_id IN (
        SELECT write_id FROM people_batch WHERE workspace_id = %(workspace)s AND batch_no <= %(held)s) GROUP BY 1"""
LAKE: Final = f"""
    SELECT month, count(*), count(*) FILTER (here), coalesce(bit_xor(check_of) FILTER (here), 0)
    FROM (SELECT month, ('0x' || substr({KEY.format(micros="epoch_us(occurred_at)")}, 1, 15))::BIGINT AS check_of,
                 NOT list_contains(?::VARCHAR[], month) OR id IN (SELECT id FROM stayed) AS here
          FROM events WHERE profile_id NOT IN (SELECT unnest(?::BIGINT[]))) GROUP BY 1"""
STAYED: Final = "SELECT id FROM people_event WHERE workspace_id = %s AND occurred_at >= %s AND occurred_at < %s"  # of one month
NOTHING: Final = (0, 0)


@dataclass(slots=True, frozen=True)
class Month:
    """Events of one month in both stores; `equal` says that they are the very same ones.

    `left` of those in the lake are there alone, since they have left PostgreSQL, or were taken out of it; that is compared no more.
    """

    month: str
    timeline: int
    lake: int
    equal: bool
    left: int = 0


def compare(workspace: Workspace) -> list[Month]:
    """Compare counts and checksums of each month, oldest first, of all batches that the lake says it holds.

    People who were erased and wait for the lake to be cleaned are left out. Reads both stores from end to end.
    """
    snapshot = lake.snapshot(workspace)
    with connection.cursor() as cursor:
        cursor.execute(TIMELINE, {"workspace": workspace.pk, "held": snapshot.batch_no})
        kept = {month: (events, check) for month, events, check in cursor.fetchall()}
    waiting = Erasure.within(workspace).filter(lake_clean_at=None).values_list("person", "profiles")
    erased = sorted({int(profile) for person, profiles in waiting for profile in [person, *profiles]})
    gone = left(workspace)
    folders = Path(settings.DATA.path) / "run"
    folders.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="compare-", dir=folders) as folder, closing(lake.connection(snapshot)) as duck:
        stayed = " UNION ALL ".join([STAYED] * len(gone)) or "SELECT 0 WHERE false"
        values = [value for month in gone for value in (workspace.pk, *month_bounds(month))]
        Scratch(duck, Path(folder)).take("stayed", {"id": "BIGINT"}, stayed, values)
        rows = duck.execute(LAKE, [gone, erased]).fetchall()
    held = {month: (events, check) for month, _, events, check in rows}
    there = {month: events for month, events, _, _ in rows}
    months = sorted(kept.keys() | there.keys())
    found = []
    for month in months:
        ours, theirs = kept.get(month, NOTHING), held.get(month, NOTHING)
        found.append(Month(month, ours[0], there.get(month, 0), ours == theirs, left=there.get(month, 0) - theirs[0]))
    return found
