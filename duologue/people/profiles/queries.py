"""Reading people: what is known about them over all their profiles."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection

from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from duologue.platform.workspaces.models import Workspace


class KnownPerson(msgspec.Struct):
    """A person merged over all profiles: the newest fact wins; identifiers are as the person wrote them, newest first."""

    person: int
    profile_ids: list[int] = []
    locale: str = ""
    timezone: str = ""
    country: str = ""
    name: str = ""
    facts: dict[str, Any] = {}
    identifiers: dict[str, list[str]] = {}


def people(
    workspace: Workspace, persons: Sequence[int], facts: Collection[str] | None = None, *, identifiers: bool = True
) -> dict[int, KnownPerson]:
    """Return what is known about each of these persons, in four queries whatever their number.

    `facts` limits which facts are read (None: all, an empty collection: none); `identifiers` says whether to read those.
    A person without profiles is left out.
    """
    found: dict[int, KnownPerson] = {}
    whose: dict[int, KnownPerson] = {}  # by profile
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, person, locale, timezone, country, name FROM people_profile
               WHERE workspace_id = %s AND person = ANY(%s::bigint[]) ORDER BY seen_at, id""",
            (workspace.pk, arrays.numbers(persons)),
        )
        for profile, person, locale, timezone, country, name in cursor.fetchall():
            known = found.get(person)
            if known is None:
                known = found[person] = KnownPerson(person)
            whose[profile] = known
            known.profile_ids.append(profile)
            known.locale, known.timezone = locale or known.locale, timezone or known.timezone
            known.country, known.name = country or known.country, name or known.name
        if facts is None or facts:
            several = {profile: known for profile, known in whose.items() if len(known.profile_ids) > 1}
            _read_facts(cursor, workspace, {key: known for key, known in whose.items() if key not in several} if several else whose, facts)
            _read_facts(cursor, workspace, several, facts, order="ORDER BY at, profile_id")
        if identifiers:
            _read_identifiers(cursor, workspace, whose)
    for known in found.values():
        known.profile_ids.sort()
    return found


def _read_identifiers(cursor: Any, workspace: Workspace, whose: Mapping[int, KnownPerson]) -> None:
    cursor.execute(
        """SELECT profile_id, kind, shown FROM people_identifier
           WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) ORDER BY first_seen_at DESC, kind DESC, value DESC""",
        (workspace.pk, arrays.numbers(whose)),
    )
    for profile, kind, shown in cursor.fetchall():
        whose[profile].identifiers.setdefault(kind, []).append(shown)


def _read_facts(
    cursor: Any, workspace: Workspace, whose: Mapping[int, KnownPerson], keys: Collection[str] | None, *, order: str = ""
) -> None:
    """Read the facts of profiles; those of one profile need no order."""
    if not whose:
        return
    values = [workspace.pk, arrays.numbers(whose)]
    cursor.execute(
        f"""SELECT profile_id, key, value FROM people_fact
            WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) {"" if keys is None else "AND key = ANY(%s)"} {order}""",
        values if keys is None else [*values, list(keys)],
    )
    decode = msgspec.json.decode
    for profile, key, value in cursor.fetchall():
        whose[profile].facts[key] = decode(value)


def persons_of(workspace: Workspace, profile_ids: Iterable[int]) -> dict[int, int]:
    """Return the person that each of these profiles belongs to now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, person FROM people_profile WHERE workspace_id = %s AND id = ANY(%s::bigint[])",
            (workspace.pk, arrays.numbers(profile_ids)),
        )
        return dict(cursor.fetchall())


def profiles_of(workspace: Workspace, persons: Iterable[int]) -> dict[int, list[int]]:
    """Return each person's profiles, the first one first."""
    found: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person, id FROM people_profile WHERE workspace_id = %s AND person = ANY(%s::bigint[]) ORDER BY id",
            (workspace.pk, arrays.numbers(persons)),
        )
        for person, profile in cursor.fetchall():
            found[person].append(profile)
    return dict(found)
