"""Writing the brand book in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.brand.book import rules
from duologue.brand.book.logos import drawn
from duologue.brand.book.models import BookVersion, Logo
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import canonical

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class NoSuchVersion(LookupError):
    """There is no such version of the brand book."""


@transaction.atomic
def save_book(
    *, workspace: Workspace, book: rules.Book, now: datetime, source: str = "", by: str = "", again: int | None = None
) -> BookVersion:
    """Put a brand book in force as a new version; the same again gives the version there is, with its newest text.

    `source` is its YAML, `by` who changed it, `again` the number of the earlier version that it brings back.
    """
    with connection.cursor() as cursor:  # two who save at once get two numbers
        cursor.execute("SELECT FROM platform_workspace WHERE id = %s FOR NO KEY UPDATE", (workspace.pk,))
    data = rules.to_json(book)
    newest = BookVersion.within(workspace).order_by("-number").first()
    if newest is not None and newest.data == data:
        if source and newest.source != source:
            newest.source = source
            newest.save(update_fields=["source"])
        return newest
    number = newest.number + 1 if newest else 1
    version = BookVersion(
        workspace=workspace, number=number, data=data, since=now, source=source or canonical(data), by=by[:120], again=again
    )
    version.save()
    return version


def bring_back(*, workspace: Workspace, number: int, now: datetime, by: str) -> BookVersion:
    """Put an earlier version in force again, as a new one; the one in force stays as it is. Raises NoSuchVersion."""
    earlier = BookVersion.within(workspace).filter(number=number).first()
    if earlier is None:
        raise NoSuchVersion(f"The brand book has no version {number}.")
    book = rules.from_json(earlier.data)
    return save_book(workspace=workspace, book=book, now=now, source=earlier.source, by=by, again=number)


def save_logo(*, workspace: Workspace, name: str, raw: bytes, now: datetime) -> Logo:
    """Keep a logo in place of the one of its name; where the brand book names it, it is shown from now on. Raises Refused."""
    if name not in rules.LOGOS:
        raise Refused("unknown name", f"A logo is called {' or '.join(rules.LOGOS)}.")
    made = drawn(raw)
    kept = {"source": raw, "content": made.content, "width": made.width, "height": made.height, "since": now}
    return Logo.within(workspace).update_or_create(workspace=workspace, name=name, defaults=kept)[0]
