"""Learning facts, thousands at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection, transaction

from duologue.people.profiles.blocks import Learned, facts_as_block, told_of, values_of
from duologue.people.profiles.models import Fact
from duologue.people.profiles.rules import NAME_KEYS, OWN_COLUMNS, name_of
from duologue.people.timeline.actions import write
from duologue.platform.database import arrays, rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


MOST_WRONG: Final = 20


class NewFact(msgspec.Struct, frozen=True, gc=False):
    """One thing learned about a profile; a value of None forgets it."""

    profile_id: int
    key: str
    value: Any
    source: str
    at: datetime
    purposes: Sequence[str] = ()


Held = dict[int, dict[str, tuple[Any, "datetime"]]]
"""By profile and key: the value, and when it was said."""


def learn(*, workspace: Workspace, facts: Sequence[NewFact], now: datetime) -> int:
    """Keep facts, the newest per profile and key; say so on the timeline where a value changed. Return how many changed.

    Locale, time zone, country and name are also set on the profile itself, where they can be understood.
    """
    said = ((fact.profile_id, Learned({fact.key: fact.value}, fact.source, fact.at, fact.purposes)) for fact in facts)
    return keep(workspace=workspace, newest=newest_of(said), now=now, own="")


@transaction.atomic(savepoint=False)
def keep(*, workspace: Workspace, newest: dict[int, list[Learned]], now: datetime, own: str, made: Collection[int] = ()) -> int:
    """Do as `learn` does with what `newest_of` found for each profile.

    Sources that begin with `own` are the person's own word; all others do not bring back a value that the person has put right.
    `made` are profiles that this transaction itself made with these facts: nothing is held about them yet.
    """
    first = {profile: known for profile, learned in newest.items() if profile in made and (known := _with_values(learned))}
    later = {profile: learned for profile, learned in newest.items() if profile not in made}
    store_block(workspace=workspace, block=facts_as_block((profile, one) for profile, known in first.items() for one in known))
    changed = first | (_renew(workspace, later, own) if later else {})
    _tell(workspace, changed, now)
    return sum(len(one.values) for learned in changed.values() for one in learned)


def newest_of(said: Iterable[tuple[int, Learned]]) -> dict[int, list[Learned]]:
    """Return by profile what was learned last of each key, in the order in which it was said; no key comes twice."""
    newest: dict[int, list[Learned]] = {}
    for profile, learned in said:
        before = newest.get(profile)
        newest[profile] = [learned] if before is None else _overlaid(before, learned)
    return newest


def _overlaid(before: list[Learned], learned: Learned) -> list[Learned]:
    """Return what is left of what was known once something else was learned; of the same moment, the one said last holds."""
    out = []
    for one in before:
        both = one.values.keys() & learned.values.keys()
        if both and one.at > learned.at:
            learned = _without(learned, both)
        left = _without(one, both) if both and one.at <= learned.at else one
        if left.values:
            out.append(left)
    return [*out, learned] if learned.values else out


def _without(learned: Learned, keys: Collection[str]) -> Learned:
    return Learned({key: value for key, value in learned.values.items() if key not in keys}, learned.source, learned.at, learned.purposes)


def _with_values(learned: list[Learned]) -> list[Learned]:
    """Return what is left without what is to be forgotten."""
    empty = [key for one in learned for key, value in one.values.items() if value is None]
    if not empty:
        return learned
    return [kept for one in learned if (kept := _without(one, empty)).values]


def store_block(*, workspace: Workspace, block: bytes) -> None:
    """Keep what `facts_as_block` made of profiles that this transaction itself made."""
    with connection.cursor() as cursor:
        columns = "workspace_id, profile_id, key, value, source, at, purposes"
        rows.copy_block(cursor, f"people_fact ({columns})", block, first=(str(workspace.pk),))


def _renew(workspace: Workspace, newest: dict[int, list[Learned]], own: str) -> dict[int, list[Learned]]:
    """Keep facts about profiles that may hold others; return what changed."""
    held = _held(workspace, newest)
    unwanted = objections(workspace, newest)
    wrong = _called_wrong(workspace, newest) if own else {}
    fresh: list[NewFact] = []
    changed: dict[int, list[Learned]] = {}
    for profile, learned in newest.items():
        known = held[profile]
        for one in learned:
            values = {
                key: value
                for key, value in one.values.items()
                if (value is None or (profile, key) not in unwanted)
                and (key not in known or known[key][1] <= one.at)
                and (one.source.startswith(own) or value not in wrong.get((profile, key), ()))
            }
            fresh += [NewFact(profile, key, value, one.source, one.at, one.purposes) for key, value in values.items()]
            other = {key: value for key, value in values.items() if value != (known[key][0] if key in known else None)}
            if other:
                changed.setdefault(profile, []).append(Learned(other, one.source, one.at, one.purposes))
    fresh.sort(key=lambda fact: (fact.profile_id, fact.key))
    _store(workspace, [fact for fact in fresh if fact.value is not None])
    _forget(workspace, [(fact.profile_id, fact.key) for fact in fresh if fact.value is None and fact.key in held[fact.profile_id]])
    _set_columns(workspace, {profile: values_of(learned) for profile, learned in changed.items()}, held)
    return changed


def call_wrong(*, workspace: Workspace, profiles: Collection[int], key: str, right: Any) -> None:
    """Remember what these profiles hold under a key as what the person called wrong, but for what they say is right."""
    for one in Fact.within(workspace).select_for_update().filter(profile__in=profiles, key=key):
        wrong = [value for value in [*(one.wrong or ()), one.value] if value != right]
        Fact.within(workspace).filter(pk=one.pk).update(wrong=wrong[-MOST_WRONG:])


def objections(workspace: Workspace, profiles: Collection[int]) -> set[tuple[int, str]]:
    """Return (profile, key) of what is not to be kept about the persons of these profiles, on whichever profile they said so."""
    if not profiles:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT f.id, o.key FROM people_objection o
               JOIN people_profile p ON p.workspace_id = o.workspace_id AND p.id = o.profile_id
               JOIN people_profile f ON f.workspace_id = p.workspace_id AND f.person = p.person
               WHERE o.workspace_id = %s AND f.id = ANY(%s::bigint[])""",
            (workspace.pk, arrays.numbers(sorted(profiles))),
        )
        return set(cursor.fetchall())


def _called_wrong(workspace: Workspace, profiles: Collection[int]) -> dict[tuple[int, str], list[Any]]:
    """Return by (profile, key) what the persons of these profiles have put right, on whichever profile they did."""
    wrong: dict[tuple[int, str], list[Any]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT f.id, w.key, w.wrong::text FROM people_fact w
               JOIN people_profile p ON p.workspace_id = w.workspace_id AND p.id = w.profile_id
               JOIN people_profile f ON f.workspace_id = p.workspace_id AND f.person = p.person
               WHERE w.workspace_id = %s AND w.wrong IS NOT NULL AND f.id = ANY(%s::bigint[])""",
            (workspace.pk, arrays.numbers(sorted(profiles))),
        )
        for profile, key, values in cursor.fetchall():
            wrong[profile, key] += json.loads(values)
    return wrong


def _held(workspace: Workspace, newest: dict[int, list[Learned]]) -> Held:
    keys = {key for learned in newest.values() for one in learned for key in one.values}
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


def _set_columns(workspace: Workspace, changed: dict[int, Mapping[str, Any]], held: Held) -> None:
    columns: dict[int, dict[str, str]] = defaultdict(dict)
    for profile, facts in changed.items():
        for key in OWN_COLUMNS.keys() & facts.keys():
            columns[profile][key] = OWN_COLUMNS[key](facts[key])
        if facts.keys() & NAME_KEYS:
            parts = {part: held[profile][part][0] for part in NAME_KEYS & held[profile].keys()}
            parts |= {part: facts[part] for part in NAME_KEYS & facts.keys()}
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


def _tell(workspace: Workspace, changed: dict[int, list[Learned]], now: datetime) -> None:
    write(workspace=workspace, events=[told_of(profile, learned) for profile, learned in changed.items()], now=now)
