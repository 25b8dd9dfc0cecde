"""Finding shops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from django.conf import settings

from duologue.people.shops.rules import Shop
from duologue.platform.secrets.queries import get_secret, names

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "shop."


def shop(workspace: Workspace, name: str) -> Shop | None:
    """Return a shop by its name, or None."""
    kept = get_secret(workspace, PLACE + name)
    return None if kept is None else msgspec.json.decode(kept, type=Shop)


def shops(workspace: Workspace) -> dict[str, Shop]:
    """Return all shops by name."""
    found = {name.removeprefix(PLACE): shop(workspace, name.removeprefix(PLACE)) for name in names(workspace) if name.startswith(PLACE)}
    return {name: one for name, one in found.items() if one is not None}


def address(workspace: Workspace, name: str) -> str:
    """Return where a shop sends to."""
    return f"{settings.PUBLIC_URL}/hooks/{workspace.name}/{name}"
