"""Finding profiles by identifier, and addresses of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from duologue.kit.pipeline import Refused
from duologue.people.identifiers.rules import normalise
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duologue.platform.workspaces.models import Workspace


def addresses(workspace: Workspace, persons: Sequence[int], kind: str) -> dict[int, str]:
    """Return one address of a kind for each person who has one, as the person wrote it: the newest over all profiles."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (p.person) p.person, i.shown
               FROM people_profile p JOIN people_identifier i ON i.workspace_id = p.workspace_id AND i.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND i.kind = %s
               ORDER BY p.person, i.first_seen_at DESC, i.kind DESC, i.value DESC""",
            (workspace.pk, arrays.numbers(persons), kind),
        )
        return dict(cursor.fetchall())


def identifiers_of(workspace: Workspace, persons: Sequence[int], kinds: Sequence[str]) -> dict[int, dict[str, list[str]]]:
    """Return what people are known by, of these kinds, as they wrote it: person → kind → values."""
    found: dict[int, dict[str, list[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, i.kind, i.shown FROM people_profile p
               JOIN people_identifier i ON i.workspace_id = p.workspace_id AND i.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND i.kind = ANY(%s)
               ORDER BY p.person, i.kind, i.first_seen_at, i.value""",
            (workspace.pk, arrays.numbers(persons), list(kinds)),
        )
        for person, kind, shown in cursor.fetchall():
            found.setdefault(person, {}).setdefault(kind, []).append(shown)
    return found


def find(workspace: Workspace, kind: str, value: str) -> int | None:
    """Return the profile known by this identifier, however it is written, or None."""
    try:
        wanted = normalise(kind, value, workspace.country)
    except Refused:
        return None
    return find_many(workspace, [(kind, wanted)]).get((kind, wanted))


def find_many(workspace: Workspace, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the profiles of many normalised identifiers (kind, value) in one query."""
    wanted = list(pairs)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.kind, i.value, i.profile_id FROM unnest(%s::text[], %s::text[]) AS w (kind, value)
               JOIN people_identifier i ON i.workspace_id = %s AND i.kind = w.kind AND i.value = w.value""",
            (arrays.texts(kind for kind, _ in wanted), arrays.texts(value for _, value in wanted), workspace.pk),
        )
        return {(kind, value): profile for kind, value, profile in cursor.fetchall()}
