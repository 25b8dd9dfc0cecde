"""Learning facts, thousands at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection, transaction

from duologue.people.profiles.rules import NAME_KEYS, OWN_COLUMNS, name_of, told
from duologue.people.timeline.actions import NewEvent, write
from duologue.people.timeline.names import FACT_CHANGED
from duologue.platform.database import arrays, rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class NewFact(msgspec.Struct, frozen=True, gc=False):
    """One thing learned about a profile; a value of None forgets it."""

    profile_id: int
    key: str
    value: Any
    source: str
    at: datetime
    purposes: Sequence[str] = ()


encode = msgspec.json.Encoder().encode
Facts = dict[str, NewFact]
Held = dict[int, dict[str, tuple[Any, "datetime"]]]


def learn(*, workspace: Workspace, facts: Sequence[NewFact], now: datetime) -> int:
    """Keep facts, the newest per profile and key; say so on the timeline where a value changed. Return how many changed.

    Locale, time zone, country and name are also set on the profile itself, where they can be understood.
    """
    return keep(workspace=workspace, newest=newest_of(facts), now=now)


@transaction.atomic(savepoint=False)
def keep(*, workspace: Workspace, newest: dict[int, Facts], now: datetime, made: Collection[int] = ()) -> int:
    """Do as `learn` does with the newest facts of each profile.

    `made` are profiles that this transaction itself made with these facts: nothing is held about them yet.
    """
    if not newest:
        return 0
    first = {profile: known for profile, facts in newest.items() if profile in made and (known := _with_value(facts))}
    later = {profile: facts for profile, facts in newest.items() if profile not in made}
    _store_first(workspace, first)
    changed = first | (_renew(workspace, later) if later else {})
    _tell(workspace, changed, now)
    return sum(map(len, changed.values()))


def newest_of(facts: Iterable[NewFact]) -> dict[int, Facts]:
    """Return by profile and key the fact learned last."""
    newest: dict[int, Facts] = {}
    for fact in facts:
        of_profile = newest.setdefault(fact.profile_id, {})
        before = of_profile.get(fact.key)
        if before is None or before.at <= fact.at:
            of_profile[fact.key] = fact
    return newest


def _with_value(facts: Facts) -> Facts:
    return {key: fact for key, fact in facts.items() if fact.value is not None}


def _store_first(workspace: Workspace, first: dict[int, Facts]) -> None:
    owner = str(workspace.pk)
    with connection.cursor() as cursor:
        kept = (
            (owner, number, key, encode(fact.value).decode(), *_from_where(fact.source, fact.at, tuple(fact.purposes)))
            for number, facts in zip(map(str, first), first.values(), strict=True)
            for key, fact in facts.items()
        )
        rows.copy(cursor, "people_fact (workspace_id, profile_id, key, value, source, at, purposes)", kept)


@lru_cache(maxsize=1024)
def _from_where(source: str, at: datetime, purposes: tuple[str, ...]) -> tuple[str, str, str]:
    """Return how a fact's source, time and purposes are written; most facts of a batch share them."""
    return source[:80], rows.moment(at), arrays.texts(purposes)


def _renew(workspace: Workspace, newest: dict[int, Facts]) -> dict[int, Facts]:
    """Keep facts about profiles that may hold others; return what changed."""
    held = _held(workspace, newest)
    unwanted = objections(workspace, newest)
    fresh = {
        (profile, key): fact
        for profile, facts in newest.items()
        for key, fact in facts.items()
        if (profile, key) not in unwanted and (key not in held[profile] or held[profile][key][1] <= fact.at)
    }
    _store(workspace, [fresh[pair] for pair in sorted(fresh) if fresh[pair].value is not None])
    _forget(workspace, [(profile, key) for (profile, key), fact in fresh.items() if fact.value is None and key in held[profile]])
    changed: dict[int, Facts] = defaultdict(dict)
    for (profile, key), fact in fresh.items():
        if fact.value != (held[profile][key][0] if key in held[profile] else None):
            changed[profile][key] = fact
    _set_columns(workspace, changed, held)
    return changed


def objections(workspace: Workspace, profiles: Collection[int]) -> set[tuple[int, str]]:
    """Return (profile, key) of what is not to be kept about the persons of these profiles, on whichever profile they said so."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT f.id, o.key FROM people_objection o
               JOIN people_profile p ON p.workspace_id = o.workspace_id AND p.id = o.profile_id
               JOIN people_profile f ON f.workspace_id = p.workspace_id AND f.person = p.person
               WHERE o.workspace_id = %s AND f.id = ANY(%s::bigint[])""",
            (workspace.pk, arrays.numbers(sorted(profiles))),
        )
        return set(cursor.fetchall())


def _held(workspace: Workspace, newest: dict[int, Facts]) -> Held:
    keys = {key for facts in newest.values() for key in facts}
    if keys.intersection(NAME_KEYS):
        keys.update(NAME_KEYS)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT profile_id, key, value, at FROM people_fact
               WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND key = ANY(%s)""",
            (workspace.pk, arrays.numbers(sorted(newest)), sorted(keys)),
        )
        held: Held = {profile: {} for profile in newest}
        for profile, key, value, at in cursor.fetchall():
            held[profile][key] = (json.loads(value), at)
        return held


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
                arrays.texts(msgspec.json.encode(fact.value).decode() for fact in facts),
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


def _set_columns(workspace: Workspace, changed: dict[int, Facts], held: Held) -> None:
    columns: dict[int, dict[str, str]] = defaultdict(dict)
    for profile, facts in changed.items():
        for key in OWN_COLUMNS.keys() & facts.keys():
            columns[profile][key] = OWN_COLUMNS[key](facts[key].value)
        if facts.keys() & NAME_KEYS:
            parts = {part: held[profile][part][0] for part in NAME_KEYS & held[profile].keys()}
            parts |= {part: facts[part].value for part in NAME_KEYS & facts.keys()}
            columns[profile]["name"] = name_of(parts)
    if not columns:
        return
    own_columns = sorted(columns.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE people_profile p SET locale = coalesce(n.locale, p.locale), timezone = coalesce(n.timezone, p.timezone),
                   country = coalesce(n.country, p.country), name = coalesce(n.name, p.name)
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS n (id, locale, timezone, country, name)
               WHERE p.workspace_id = %s AND p.id = n.id""",
            (
                arrays.numbers(profile for profile, _ in own_columns),
                *(arrays.texts_or_nothing(own.get(key) for _, own in own_columns) for key in ("locale", "timezone", "country", "name")),
                workspace.pk,
            ),
        )


def _tell(workspace: Workspace, changed: dict[int, Facts], now: datetime) -> None:
    events = []
    for profile, facts in changed.items():
        first = next(iter(facts.values()))
        at = max([fact.at for fact in facts.values()])
        properties = told({key: fact.value for key, fact in facts.items()})
        events.append(NewEvent(profile, at, FACT_CHANGED, properties, first.source[:80]))
    write(workspace=workspace, events=events, now=now)
