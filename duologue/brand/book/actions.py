"""Writing the brand book in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.brand.book import rules
from duologue.brand.book.models import BookVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_book(*, workspace: Workspace, book: rules.Book, now: datetime) -> BookVersion:
    """Put a brand book in force as a new version; the same again gives the version there is."""
    data = rules.to_json(book)
    newest = BookVersion.within(workspace).order_by("-number").first()
    if newest is not None and newest.data == data:
        return newest
    version = BookVersion(workspace=workspace, number=newest.number + 1 if newest else 1, data=data, since=now)
    version.save()
    return version
