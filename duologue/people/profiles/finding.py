"""Finding people by the beginnings of words, quickly however many begin so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.kit.text import WORD_LENGTH, folded, words

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

COMMON: Final = 20_000  # a beginning that so many words have is common: its list is not read, people are asked for it one by one
LOOKED_AT: Final = 5_000  # of those last seen, when all beginnings are common
_SHOWN: Final = "SELECT person, id, name, country, seen_at FROM"
_LAST_FIRST: Final = "ORDER BY seen_at DESC, id DESC LIMIT %s"
_WHERE: Final = (
    "people_searchword w WHERE w.workspace_id = %s AND w.word >= %s AND w.word < %s",
    """people_identifier w WHERE w.workspace_id = %s AND w.kind IN ('email', 'external', 'card', 'handle')
       AND w.value >= %s AND w.value < %s""",
    "people_identifier w WHERE w.workspace_id = %s AND w.kind = 'phone' AND w.value >= %s AND w.value < %s",
)
_BEGINS: Final = f"({' UNION ALL '.join(f'SELECT w.profile_id FROM {where}' for where in _WHERE)})"
_HAS: Final = f"({' OR '.join(f'EXISTS (SELECT FROM {where} AND w.profile_id = p.id OFFSET 0)' for where in _WHERE)})"
Range = tuple[int | str, ...]  # the values of a beginning: for each source a workspace, and from which word to which


@dataclass(slots=True, frozen=True)
class Found:
    """A person as a search lists them."""

    person: int
    profile_id: int
    name: str
    country: str
    seen_at: datetime


def search(workspace: Workspace, text: str, limit: int = 50) -> list[Found]:
    """Return people all of whose given words begin a word of their name or an identifier; last seen first.

    Without any word, the people last seen.
    """
    wanted = [folded(part)[:WORD_LENGTH] for part in text.split() if "@" in part]
    wanted += words(" ".join(part for part in text.split() if "@" not in part))
    ranges = [_range(workspace, word) for word in dict.fromkeys(wanted)]
    rare, common = _by_reach(ranges)
    if not rare:
        found = _each_once(_among_the_last_seen(workspace, common, limit), limit)
        if not common or len(found) == limit:
            return found
    return _each_once(_by_lists(workspace, rare or common, common if rare else [], limit), limit)


def _range(workspace: Workspace, word: str) -> Range:
    return tuple(value for first in (word, word, f"+{word}") for value in (workspace.pk, first, first + "\U0010ffff"))


def _by_reach(ranges: list[Range]) -> tuple[list[Range], list[Range]]:
    """Part the beginnings into those that few words have and those that are common; counting stops where that is known."""
    rare: list[Range] = []
    common: list[Range] = []
    with connection.cursor() as cursor:
        for one in ranges:
            cursor.execute(f"SELECT count(*) FROM ({_BEGINS} LIMIT %s) reach", (*one, COMMON))
            (common if cursor.fetchone()[0] == COMMON else rare).append(one)
    return rare, common


def _among_the_last_seen(workspace: Workspace, ranges: list[Range], limit: int) -> list[Any]:
    """Return those of the people last seen who have them all; where many have, they are soon found."""
    looked_at = LOOKED_AT if ranges else limit * 2
    where = " AND ".join([_HAS] * len(ranges)) or "true"
    asked = [value for one in ranges for value in one]
    return _rows(
        f"{_SHOWN} (SELECT * FROM people_profile WHERE workspace_id = %s {_LAST_FIRST}) p WHERE {where} {_LAST_FIRST}",
        [workspace.pk, looked_at, *asked, limit * 2],
    )


def _by_lists(workspace: Workspace, listed: list[Range], asked: list[Range], limit: int) -> list[Any]:
    """Return those who stand in every list, and have the rest."""
    where = "".join(f" AND {_HAS}" for _ in asked)
    lists = " INTERSECT ".join([_BEGINS] * len(listed))
    values = [value for one in [*listed, *asked] for value in one]
    return _rows(
        f"{_SHOWN} people_profile p WHERE workspace_id = %s AND id IN ({lists}){where} {_LAST_FIRST}",
        [workspace.pk, *values, limit * 2],
    )


def _rows(query: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _each_once(rows: list[Any], limit: int) -> list[Found]:
    """Return each person once, by the profile last seen."""
    found: dict[int, Found] = {}
    for row in rows:
        found.setdefault(row[0], Found(*row))
    return list(found.values())[:limit]
