"""What rules look at, of some people, out of PostgreSQL: one query per table, whatever the number of people and rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db import connection

from duologue.people.consent import queries as consent
from duologue.people.privacy.queries import NOT_ERASED
from duologue.people.timeline import older
from duologue.platform.database import arrays
from duologue.platform.lake.streams import fetched
from duologue.strategize.segments.small import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

CHANNELS_AND_PURPOSES = "SELECT DISTINCT channel, purpose FROM people_consentnow WHERE workspace_id = %s"


def shards(workspace: Workspace, persons: Sequence[int]) -> dict[int, int]:
    """Return the shard of each of these persons who is (still) somebody: not merged into another, nor erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT person, shard FROM people_profile p WHERE workspace_id = %s AND person = ANY(%s::bigint[]) AND {NOT_ERASED}",
            (workspace.pk, arrays.numbers(persons)),
        )
        return dict(cursor.fetchall())


def events(workspace: Workspace, asked: Mapping[frozenset[int], Sequence[Compiled]], now: datetime) -> pa.Table:
    """Return rows of `events`: of each of these people what the rules look at that stand beside them.

    Of what has left PostgreSQL that may be more, and with more of its properties.
    """
    rules = [one for alike in asked.values() for one in alike if one.events]
    if not rules:
        return SCHEMAS["events"].empty_table()
    _, kept, _ = reach(rules, now)
    whose: dict[int, _Reach] = {}
    for persons, alike in asked.items():
        names, _, since = reach(alike, now)
        mine = _Reach(frozenset(names), since)
        for person in persons if names else ():
            whose[person] = mine.beside(whose[person]) if person in whose else mine
    if not whose:
        return SCHEMAS["events"].empty_table()
    parts = {one: number for number, one in enumerate(set(whose.values()))}
    # apart from the rest of the query, so that the moment bounds the index and passes over months
    found = fetched(
        f"""SELECT p.person, e.id, (extract(epoch FROM e.occurred_at) * 1000000)::bigint, e.name, e.kept
            FROM (SELECT part, min(since) AS since, array_agg(name) AS names
                  FROM unnest(%s::int[], %s::text[], %s::timestamptz[]) AS r (part, name, since) GROUP BY part) r
            JOIN unnest(%s::int[], %s::bigint[]) AS w (part, person) ON w.part = r.part
            JOIN people_profile p ON p.workspace_id = %s AND p.person = w.person
            CROSS JOIN LATERAL (SELECT e.id, e.occurred_at, e.name, {kept} AS kept FROM people_event e
                  WHERE e.workspace_id = p.workspace_id AND e.profile_id = p.id AND e.occurred_at > r.since AND e.name = ANY(r.names)
                  OFFSET 0) e""",
        (
            arrays.numbers(number for one, number in parts.items() for _ in one.names),
            arrays.texts(name for one in parts for name in one.names),
            arrays.moments(one.since for one in parts for _ in one.names),
            arrays.numbers(parts[one] for one in whose.values()),
            arrays.numbers(whose),
            workspace.pk,
        ),
        SCHEMAS["events"],
    )
    every, first = frozenset[str]().union(*(one.names for one in parts)), min(one.since for one in parts)
    left = older.of_persons(workspace, whose, names=every, since=first, here=found.column("id"))
    return found if left is None else pa.concat_tables([found, left.cast(SCHEMAS["events"])])


@dataclass(slots=True, frozen=True)
class _Reach:
    """Which events of somebody are looked at: their names, and how far back."""

    names: frozenset[str]
    since: datetime

    def beside(self, other: _Reach) -> _Reach:
        return _Reach(self.names | other.names, min(self.since, other.since))


def reach(rules: Iterable[Compiled], now: datetime) -> tuple[list[str], str, datetime]:
    """Return which events rules look at: their names, the SQL of the properties kept, and how far back."""
    rules = [one for one in rules if one.events]
    names = sorted({name for one in rules for name in one.events})
    keys = {key for one in rules for key in one.properties}
    back = [one.lookback for one in rules]
    start = now.replace(year=1000) if None in back or not back else now - timedelta(seconds=max(one for one in back if one is not None))
    return names, picked(keys), start


def picked(keys: Iterable[str]) -> str:
    """Return the SQL of those of an event's properties that stand under some outermost keys, as JSON text."""
    pairs = [f"'{quoted}', e.properties->'{quoted}'" for quoted in (key.replace("'", "''").replace("%", "%%") for key in sorted(keys))]
    objects = [f"jsonb_build_object({', '.join(pairs[start : start + 40])})" for start in range(0, len(pairs), 40)]
    return f"({' || '.join(objects)})::text" if objects else "NULL"


def facts(workspace: Workspace, asked: Mapping[frozenset[int], Sequence[Compiled]]) -> pa.Table:
    """Return rows of `facts` of those whom rules ask for any: over all profiles of a person the newest counts."""
    keys = sorted({key for alike in asked.values() for one in alike for key in one.facts})
    if not keys:
        return SCHEMAS["facts"].empty_table()
    return fetched(
        """SELECT DISTINCT ON (p.person, f.key) p.person, f.key, f.value::text
           FROM people_profile p JOIN people_fact f ON f.workspace_id = p.workspace_id AND f.profile_id = p.id
           WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND f.key = ANY(%s)
           ORDER BY p.person, f.key, f.at DESC, f.profile_id DESC""",
        (workspace.pk, arrays.numbers(_persons(asked, lambda one: bool(one.facts))), keys),
        SCHEMAS["facts"],
    )


def consents(workspace: Workspace, asked: Mapping[frozenset[int], Sequence[Compiled]]) -> list[tuple[Any, ...]]:
    """Return rows of `consents` of those whom rules ask for any."""
    persons = _persons(asked, lambda one: one.consent)
    return consents_of(workspace, sorted(persons)) if persons else []


def _persons(asked: Mapping[frozenset[int], Sequence[Compiled]], wants: Callable[[Compiled], bool]) -> set[int]:
    return {person for persons, alike in asked.items() if any(map(wants, alike)) for person in persons}


def consents_of(workspace: Workspace, persons: Sequence[int]) -> list[tuple[Any, ...]]:
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
