"""Reading the audit log: by who, what, when and a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from duologue.platform.audit.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from duologue.platform.workspaces.models import Workspace

LOOKED_THROUGH: Final = 20_000  # entries in which a word is looked for at a time
KNOWN: Final = 200  # names of people, or of actions, that are offered
Place = tuple["datetime", int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is empty is not asked. `until` is not included."""

    who: str = ""
    what: str = ""
    since: datetime | None = None
    until: datetime | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Entries, newest first, and where to go on (None: there is no more). `is_cut` says that the word was not looked for further back."""

    entries: list[AuditEntry]
    following: Place | None
    is_cut: bool = False


def entries(workspace: Workspace, *, most: int = 50) -> list[AuditEntry]:
    """Return the latest entries of a workspace, newest first."""
    return find(workspace, Asked(), most=most).entries


def find(workspace: Workspace | None, asked: Asked, *, before: Place | None = None, most: int = 50) -> Found:
    """Return the latest entries that were asked for (None: those of the installation itself), after the place already shown.

    All but the word is found by index. The word, anywhere in an entry and in any case, is looked for in a stretch of the log at a time.
    """
    rows = _rows(workspace, asked, before)
    if not asked.word:
        found = list(rows[: most + 1])
        return Found(found[:most], _place(found[most - 1]) if len(found) > most else None)
    stretch = list(rows.values_list("at", "pk")[:LOOKED_THROUGH])
    if not stretch:
        return Found([], None)
    last = stretch[-1]
    within = rows.exclude(Q(at__lt=last[0]) | Q(at=last[0], pk__lt=last[1]))
    found = list(_with_word(within, asked.word)[: most + 1])
    if len(found) > most:
        return Found(found[:most], _place(found[most - 1]))
    is_cut = len(stretch) == LOOKED_THROUGH
    return Found(found, last if is_cut else None, is_cut)


def every(workspace: Workspace | None, asked: Asked, *, most: int) -> Iterator[AuditEntry]:
    """Give the entries that were asked for, newest first, a few at a time, up to a number."""
    before: Place | None = None
    left = most
    while left > 0:
        found = find(workspace, asked, before=before, most=min(left, 2000))
        yield from found.entries
        left -= len(found.entries)
        before = found.following
        if before is None:
            return


def people_and_actions(workspace: Workspace | None) -> tuple[list[str], list[str]]:
    """Return who did something, and what was done, each in order and once, found by leaps through an index."""
    return _different(workspace, "actor"), _different(workspace, "action")


def _different(workspace: Workspace | None, column: str) -> list[str]:
    here = "workspace_id IS NULL" if workspace is None else "workspace_id = %(workspace)s"
    first = f"SELECT {column} AS one FROM platform_auditentry WHERE {here}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH RECURSIVE leap AS (({first} ORDER BY {column} LIMIT 1) UNION ALL
                SELECT (SELECT {column} FROM platform_auditentry WHERE {here} AND {column} > leap.one ORDER BY {column} LIMIT 1)
                FROM leap WHERE leap.one IS NOT NULL)
                SELECT one FROM leap WHERE one IS NOT NULL LIMIT {KNOWN}""",
            {"workspace": workspace.pk if workspace else None},
        )
        return [row[0] for row in cursor.fetchall()]


def _rows(workspace: Workspace | None, asked: Asked, before: Place | None) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(workspace=workspace)
    given: dict[str, Any] = {"actor": asked.who, "action": asked.what, "at__gte": asked.since, "at__lt": asked.until}
    rows = rows.filter(**{key: value for key, value in given.items() if value})
    if before:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
    return rows.order_by("-at", "-pk")


def _with_word(rows: QuerySet[AuditEntry], word: str) -> QuerySet[AuditEntry]:
    rows = rows.annotate(said=Cast("detail", TextField()))
    in_any = Q(actor__icontains=word) | Q(action__icontains=word) | Q(subject__icontains=word) | Q(said__icontains=word)
    return rows.filter(in_any)


def _place(entry: AuditEntry) -> Place:
    return entry.at, entry.pk
