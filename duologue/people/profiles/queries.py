"""Reading people: what is known about them over all their profiles, and finding them by words."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.kit.text import WORD_LENGTH, folded, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

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


@dataclass(slots=True, frozen=True)
class Found:
    """A person as a search lists them."""

    person: int
    profile_id: int
    name: str
    country: str
    seen_at: datetime


def people(workspace: Workspace, persons: Sequence[int], facts: Collection[str] | None = None) -> dict[int, KnownPerson]:
    """Return what is known about each of these persons, in three queries whatever their number.

    `facts` limits which facts are read (None: all, an empty collection: none). A person without profiles is left out.
    """
    found: dict[int, KnownPerson] = {}
    ids = list(persons)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, person, locale, timezone, country, name FROM people_profile
               WHERE workspace_id = %s AND person = ANY(%s) ORDER BY seen_at, id""",
            (workspace.pk, ids),
        )
        for profile, person, locale, timezone, country, name in cursor.fetchall():
            known = found.setdefault(person, KnownPerson(person))
            known.profile_ids.append(profile)
            known.locale, known.timezone = locale or known.locale, timezone or known.timezone
            known.country, known.name = country or known.country, name or known.name
        if facts is None or facts:
            _read_facts(cursor, workspace, found, ids, facts)
        cursor.execute(
            """SELECT p.person, i.kind, i.shown
               FROM people_profile p JOIN people_identifier i ON i.workspace_id = p.workspace_id AND i.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) ORDER BY i.first_seen_at DESC, i.id DESC""",
            (workspace.pk, ids),
        )
        for person, kind, shown in cursor.fetchall():
            found[person].identifiers.setdefault(kind, []).append(shown)
    for known in found.values():
        known.profile_ids.sort()
    return found


def _read_facts(cursor: Any, workspace: Workspace, found: dict[int, KnownPerson], persons: list[int], keys: Collection[str] | None) -> None:
    cursor.execute(
        f"""SELECT p.person, f.key, f.value
            FROM people_profile p JOIN people_fact f ON f.workspace_id = p.workspace_id AND f.profile_id = p.id
            WHERE p.workspace_id = %s AND p.person = ANY(%s) {"" if keys is None else "AND f.key = ANY(%s)"}
            ORDER BY f.at, f.profile_id""",
        (workspace.pk, persons) if keys is None else (workspace.pk, persons, list(keys)),
    )
    for person, key, value in cursor.fetchall():
        found[person].facts[key] = json.loads(value)


def persons_of(workspace: Workspace, profile_ids: Iterable[int]) -> dict[int, int]:
    """Return the person that each of these profiles belongs to now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person FROM people_profile WHERE workspace_id = %s AND id = ANY(%s)", (workspace.pk, list(profile_ids)))
        return dict(cursor.fetchall())


def profiles_of(workspace: Workspace, persons: Iterable[int]) -> dict[int, list[int]]:
    """Return each person's profiles, the first one first."""
    found: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person, id FROM people_profile WHERE workspace_id = %s AND person = ANY(%s) ORDER BY id", (workspace.pk, list(persons))
        )
        for person, profile in cursor.fetchall():
            found[person].append(profile)
    return dict(found)


def search(workspace: Workspace, text: str, limit: int = 50) -> list[Found]:
    """Return people all of whose given words begin a word of their name or an identifier; last seen first.

    Without any word, the people last seen.
    """
    wanted = [folded(part)[:WORD_LENGTH] for part in text.split() if "@" in part]
    wanted += words(" ".join(part for part in text.split() if "@" not in part))
    if wanted:
        each = " INTERSECT ".join(
            ["SELECT profile_id FROM people_searchword WHERE workspace_id = %s AND word >= %s AND word < %s"] * len(wanted)
        )
        values: list[Any] = [value for word in wanted for value in (workspace.pk, word, word + "\U0010ffff")]
        where = f"AND id IN ({each})"
    else:
        where, values = "", []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT person, id, name, country, seen_at FROM people_profile WHERE workspace_id = %s {where}
                ORDER BY seen_at DESC, id DESC LIMIT %s""",
            (workspace.pk, *values, limit * 2),
        )
        found: dict[int, Found] = {}
        for row in cursor.fetchall():
            found.setdefault(row[0], Found(*row))
    return list(found.values())[:limit]
