"""Reading the brand book in force."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from django.db import connection

from duologue.brand.book import rules
from duologue.brand.book.models import BookVersion, Logo

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def current(workspace: Workspace) -> rules.Book:
    """Return the brand book in force; before the first one, an empty book under the workspace's title."""
    return numbered(workspace)[1]


def numbered(workspace: Workspace, number: int | None = None) -> tuple[int, rules.Book]:
    """Return the brand book in force, or the version of this number, with its number; 0 and an empty book where there is none."""
    with connection.cursor() as cursor:  # asked for every batch of letters
        cursor.execute(
            f"""SELECT number, data FROM brand_bookversion WHERE workspace_id = %s {"" if number is None else "AND number = %s"}
                ORDER BY number DESC LIMIT 1""",
            (workspace.pk,) if number is None else (workspace.pk, number),
        )
        row = cursor.fetchone()
    return (row[0], _read(row[1])) if row else (0, rules.Book(name=workspace.title))


@lru_cache(maxsize=64)
def _read(data: str) -> rules.Book:
    return rules.from_json(msgspec.json.decode(data))


def source_in_force(workspace: Workspace) -> str:
    """Return the text of the brand book in force; empty before the first one."""
    return BookVersion.within(workspace).order_by("-number").values_list("source", flat=True).first() or ""


def logo(workspace: Workspace, name: str) -> Logo | None:
    """Return a logo that is kept, or None."""
    return Logo.within(workspace).filter(name=name).first()


def logos(workspace: Workspace) -> dict[str, bytes]:
    """Return the logos as they were handed in, by name."""
    return {name: bytes(raw) for name, raw in Logo.within(workspace).values_list("name", "source")}


def missing_logo(workspace: Workspace, book: rules.Book) -> str:
    """Return which field of a look names a logo that is not kept here; "" where none does."""
    named = {field: getattr(book.look, field) for field in ("logo", "logo_dark") if getattr(book.look, field) in rules.LOGOS}
    here = set(Logo.within(workspace).filter(name__in=named.values()).values_list("name", flat=True)) if named else set()
    return next((field for field, name in named.items() if name not in here), "")
