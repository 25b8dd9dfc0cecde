"""Reading people: what is known about them over all their profiles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection

from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True)
class KnownPerson:
    """A person merged over all profiles: the newest fact wins; identifiers are as the person wrote them, newest first."""

    person: int
    profile_ids: list[int] = field(default_factory=list)
    locale: str = ""
    timezone: str = ""
    country: str = ""
    name: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    identifiers: dict[str, list[str]] = field(default_factory=dict)


def people(
    workspace: Workspace, persons: Sequence[int], facts: Collection[str] | None = None, *, identifiers: bool = True
) -> dict[int, KnownPerson]:
    """Return what is known about each of these persons, in three queries whatever their number.

    `facts` limits which facts are read (None: all, an empty collection: none); `identifiers` says whether to read those.
    A person without profiles is left out.
    """
    found: dict[int, KnownPerson] = {}
    ids = arrays.numbers(persons)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, person, locale, timezone, country, name FROM people_profile
               WHERE workspace_id = %s AND person = ANY(%s::bigint[]) ORDER BY seen_at, id""",
            (workspace.pk, ids),
        )
        for profile, person, locale, timezone, country, name in cursor.fetchall():
            known = found.setdefault(person, KnownPerson(person))
            known.profile_ids.append(profile)
            known.locale, known.timezone = locale or known.locale, timezone or known.timezone
            known.country, known.name = country or known.country, name or known.name
        if facts is None or facts:
            _read_facts(cursor, workspace, found, ids, facts)
        if identifiers:
            _read_identifiers(cursor, workspace, found, ids)
    for known in found.values():
        known.profile_ids.sort()
    return found


def _read_identifiers(cursor: Any, workspace: Workspace, found: dict[int, KnownPerson], persons: str) -> None:
    cursor.execute(
        """SELECT p.person, i.kind, i.shown
           FROM people_profile p JOIN people_identifier i ON i.workspace_id = p.workspace_id AND i.profile_id = p.id
           WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) ORDER BY i.first_seen_at DESC, i.kind DESC, i.value DESC""",
        (workspace.pk, persons),
    )
    for person, kind, shown in cursor.fetchall():
        found[person].identifiers.setdefault(kind, []).append(shown)


def _read_facts(cursor: Any, workspace: Workspace, found: dict[int, KnownPerson], persons: str, keys: Collection[str] | None) -> None:
    cursor.execute(
        f"""SELECT p.person, f.key, f.value
            FROM people_profile p JOIN people_fact f ON f.workspace_id = p.workspace_id AND f.profile_id = p.id
            WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) {"" if keys is None else "AND f.key = ANY(%s)"}
            ORDER BY f.at, f.profile_id""",
        (workspace.pk, persons) if keys is None else (workspace.pk, persons, list(keys)),
    )
    for person, key, value in cursor.fetchall():
        found[person].facts[key] = msgspec.json.decode(value)


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
