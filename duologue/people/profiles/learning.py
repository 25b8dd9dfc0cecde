"""Learning facts, thousands at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.people.profiles.places import country_code, known_locale, known_zone
from duologue.people.profiles.rules import name_of, told
from duologue.people.timeline.actions import NewEvent, write
from duologue.people.timeline.names import FACT_CHANGED
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.people.profiles.actions import NewFact
    from duologue.platform.workspaces.models import Workspace

NAME_KEYS = ("name", "full_name", "first_name", "last_name")
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_OWN_COLUMNS = {"locale": known_locale, "timezone": known_zone, "country": country_code}


@transaction.atomic
def learn(*, workspace: Workspace, facts: Sequence[NewFact], now: datetime) -> int:
    """Keep facts, the newest per profile and key; say so on the timeline where a value changed. Return how many changed.

    Locale, time zone, country and name are also set on the profile itself, where they can be understood.
    """
    newest: dict[tuple[int, str], NewFact] = {}
    for fact in facts:
        before = newest.get((fact.profile_id, fact.key))
        if before is None or before.at <= fact.at:
            newest[fact.profile_id, fact.key] = fact
    if not newest:
        return 0
    held = _held(workspace, newest)
    fresh = {pair: fact for pair, fact in newest.items() if pair not in held or held[pair][1] <= fact.at}
    changed = {pair: fact for pair, fact in fresh.items() if (held[pair][0] if pair in held else None) != fact.value}
    _store(workspace, [fresh[pair] for pair in sorted(fresh) if fresh[pair].value is not None])
    _forget(workspace, [pair for pair, fact in fresh.items() if fact.value is None and pair in held])
    _set_columns(workspace, changed, held)
    _tell(workspace, changed, now)
    return len(changed)


def _held(workspace: Workspace, pairs: dict[tuple[int, str], NewFact]) -> dict[tuple[int, str], tuple[Any, datetime]]:
    profiles = sorted({profile for profile, _ in pairs})
    keys = {key for _, key in pairs}
    if keys.intersection(NAME_KEYS):
        keys.update(NAME_KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT profile_id, key, value, at FROM people_fact
               WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND key = ANY(%s)""",
            (workspace.pk, arrays.numbers(profiles), sorted(keys)),
        )
        return {(profile, key): (json.loads(value), at) for profile, key, value, at in cursor.fetchall()}


def _store(workspace: Workspace, facts: list[NewFact]) -> None:
    if not facts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_fact (workspace_id, profile_id, key, value, source, at, purposes)
               SELECT %s, n.profile, n.key, n.value::jsonb, n.source, n.at, string_to_array(n.purposes, ',')
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[])
                    AS n (profile, key, value, source, at, purposes)
               ON CONFLICT (workspace_id, profile_id, key) DO UPDATE SET value = excluded.value, source = excluded.source, at = excluded.at,
                   purposes = CASE WHEN cardinality(excluded.purposes) > 0 THEN excluded.purposes ELSE people_fact.purposes END
               WHERE people_fact.at <= excluded.at""",
            (
                workspace.pk,
                arrays.numbers(fact.profile_id for fact in facts),
                arrays.texts(fact.key for fact in facts),
                arrays.texts(_as_json(fact.value) for fact in facts),
                arrays.texts(fact.source[:80] for fact in facts),
                arrays.moments(fact.at for fact in facts),
                arrays.texts(",".join(fact.purposes) for fact in facts),
            ),
        )


def _forget(workspace: Workspace, pairs: list[tuple[int, str]]) -> None:
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM people_fact f USING unnest(%s::bigint[], %s::text[]) AS g (profile, key)
               WHERE f.workspace_id = %s AND f.profile_id = g.profile AND f.key = g.key""",
            (arrays.numbers(profile for profile, _ in pairs), arrays.texts(key for _, key in pairs), workspace.pk),
        )


def _set_columns(workspace: Workspace, changed: dict[tuple[int, str], NewFact], held: dict[tuple[int, str], tuple[Any, datetime]]) -> None:
    columns: dict[int, dict[str, str]] = defaultdict(dict)
    for (profile, key), fact in changed.items():
        understand = _OWN_COLUMNS.get(key)
        if understand is not None:
            columns[profile][key] = understand(fact.value)
        elif key in NAME_KEYS and "name" not in columns[profile]:
            parts = {part: held[profile, part][0] for part in NAME_KEYS if (profile, part) in held}
            parts |= {part: changed[profile, part].value for part in NAME_KEYS if (profile, part) in changed}
            columns[profile]["name"] = name_of(parts)
    if not columns:
        return
    rows = sorted(columns.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE people_profile p SET locale = coalesce(n.locale, p.locale), timezone = coalesce(n.timezone, p.timezone),
                   country = coalesce(n.country, p.country), name = coalesce(n.name, p.name)
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS n (id, locale, timezone, country, name)
               WHERE p.workspace_id = %s AND p.id = n.id""",
            (
                arrays.numbers(profile for profile, _ in rows),
                *(arrays.texts_or_nothing(own.get(key) for _, own in rows) for key in ("locale", "timezone", "country", "name")),
                workspace.pk,
            ),
        )


def _tell(workspace: Workspace, changed: dict[tuple[int, str], NewFact], now: datetime) -> None:
    by_profile: dict[int, dict[str, NewFact]] = defaultdict(dict)
    for (profile, key), fact in changed.items():
        by_profile[profile][key] = fact
    events = [
        NewEvent(
            profile_id=profile,
            occurred_at=max(fact.at for fact in facts.values()),
            name=FACT_CHANGED,
            properties=told({key: fact.value for key, fact in facts.items()}),
            source=next(iter(facts.values())).source[:80],
        )
        for profile, facts in by_profile.items()
    ]
    write(workspace=workspace, events=events, now=now)
