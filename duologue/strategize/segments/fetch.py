"""What rules look at, of some people, out of PostgreSQL: one query per table, whatever the number of people and rules."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.people.consent import queries as consent
from duologue.platform.database import arrays
from duologue.platform.lake.streams import fetched
from duologue.strategize.segments.small import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import pyarrow as pa

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

CHANNELS_AND_PURPOSES = "SELECT DISTINCT channel, purpose FROM people_consentnow WHERE workspace_id = %s"


def shards(workspace: Workspace, persons: Sequence[int]) -> dict[int, int]:
    """Return the shard of each of these persons who (still) has a profile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT person, shard FROM people_profile WHERE workspace_id = %s AND person = ANY(%s::bigint[])",
            (workspace.pk, arrays.numbers(persons)),
        )
        return dict(cursor.fetchall())


def events(workspace: Workspace, persons: Sequence[int], rules: Iterable[Compiled], now: datetime) -> pa.Table:
    """Return rows of `events` for these people, with no more properties than the rules look at."""
    names, kept, since = reach(rules, now)
    if not names:
        return SCHEMAS["events"].empty_table()
    return fetched(
        f"""SELECT p.person, e.id, (extract(epoch FROM e.occurred_at) * 1000000)::bigint, e.name, {kept}
            FROM people_profile p JOIN people_event e ON e.workspace_id = p.workspace_id AND e.profile_id = p.id
            WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND e.name = ANY(%s) AND e.occurred_at > %s""",
        (workspace.pk, arrays.numbers(persons), names, since),
        SCHEMAS["events"],
    )


def reach(rules: Iterable[Compiled], now: datetime) -> tuple[list[str], str, datetime]:
    """Return which events rules look at: their names, the SQL of the properties kept, and how far back."""
    rules = [one for one in rules if one.events]
    names = sorted({name for one in rules for name in one.events})
    keys = sorted({key for one in rules for key in one.properties})
    pairs = [f"'{quoted}', e.properties->'{quoted}'" for quoted in (key.replace("'", "''").replace("%", "%%") for key in keys)]
    objects = [f"jsonb_build_object({', '.join(pairs[start : start + 40])})" for start in range(0, len(pairs), 40)]
    back = [one.lookback for one in rules]
    start = now.replace(year=1000) if None in back or not back else now - timedelta(seconds=max(one for one in back if one is not None))
    return names, f"({' || '.join(objects)})::text" if keys else "NULL", start


def facts(workspace: Workspace, persons: Sequence[int], rules: Iterable[Compiled]) -> pa.Table:
    """Return rows of `facts`: over all profiles of a person the newest counts."""
    keys = sorted({key for one in rules for key in one.facts})
    if not keys:
        return SCHEMAS["facts"].empty_table()
    return fetched(
        """SELECT DISTINCT ON (p.person, f.key) p.person, f.key, f.value::text
           FROM people_profile p JOIN people_fact f ON f.workspace_id = p.workspace_id AND f.profile_id = p.id
           WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND f.key = ANY(%s)
           ORDER BY p.person, f.key, f.at DESC, f.profile_id DESC""",
        (workspace.pk, arrays.numbers(persons), keys),
        SCHEMAS["facts"],
    )


def consents(workspace: Workspace, persons: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return rows of `consents`: what stands now, withdrawals on other profiles of the same person considered."""
    with connection.cursor() as cursor:
        cursor.execute(CHANNELS_AND_PURPOSES, (workspace.pk,))
        pairs = cursor.fetchall()
    if not pairs:
        return []
    standing = consent.standing(workspace, persons)
    return [(person, *pair) for person, one in standing.items() if one.said for pair in pairs if one.may(*pair)]


def standings(workspace: Workspace, persons: Sequence[int], segments: Sequence[int]) -> pa.Table:
    """Return rows of `standings` of these segments, where one is kept."""
    return fetched(
        """SELECT segment_id, person, member, (extract(epoch FROM recheck_at) * 1000000)::bigint FROM strategize_segmentmember
           WHERE workspace_id = %s AND segment_id = ANY(%s::bigint[]) AND person = ANY(%s::bigint[])""",
        (workspace.pk, arrays.numbers(segments), arrays.numbers(persons)),
        SCHEMAS["standings"],
    )
