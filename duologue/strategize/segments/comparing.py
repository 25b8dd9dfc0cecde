"""Whether the lake holds what the timeline holds, month by month: the question before anything may leave PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.people.models import Erasure
from duologue.platform.lake import queries as lake

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

KEY: Final = "md5(concat_ws(':', id, profile_id, {micros}, name))"  # of one event, the same text in both
TIMELINE: Final = f"""
    SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*), bit_xor(('x' || substr(
           {KEY.format(micros="(extract(epoch FROM occurred_at) * 1000000)::bigint")}, 1, 15))::bit(60)::bigint)
    FROM people_event e WHERE workspace_id = %(workspace)s AND write_id IN (
        SELECT write_id FROM people_batch WHERE workspace_id = %(workspace)s AND batch_no <= %(held)s) GROUP BY 1"""
LAKE: Final = f"""
    SELECT month, count(*), bit_xor(('0x' || substr({KEY.format(micros="epoch_us(occurred_at)")}, 1, 15))::BIGINT)
    FROM events WHERE profile_id NOT IN (SELECT unnest(?::BIGINT[])) GROUP BY 1"""
NOTHING: Final = (0, 0)


@dataclass(slots=True, frozen=True)
class Month:
    """Events of one month in both stores; `equal` says that they are the very same ones."""

    month: str
    timeline: int
    lake: int
    equal: bool


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
    duck = lake.connection(snapshot)
    try:
        held = {month: (events, check) for month, events, check in duck.execute(LAKE, [erased]).fetchall()}
    finally:
        duck.close()
    months = sorted(kept.keys() | held.keys())
    pairs = [(month, kept.get(month, NOTHING), held.get(month, NOTHING)) for month in months]
    return [Month(month, ours[0], theirs[0], ours == theirs) for month, ours, theirs in pairs]
