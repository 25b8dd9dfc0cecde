"""Reading the brand book in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.book import rules
from duologue.brand.book.models import BookVersion

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def current(workspace: Workspace) -> rules.Book:
    """Return the brand book in force; before the first one, an empty book under the workspace's title."""
    data = BookVersion.within(workspace).order_by("-number").values_list("data", flat=True).first()
    return rules.from_json(data) if data else rules.Book(name=workspace.title)
