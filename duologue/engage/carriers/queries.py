"""Finding the services that may tell us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from duologue.engage.carriers.rules import Carrier
from duologue.platform.secrets.queries import get_secret, names

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "carrier."


def carrier(workspace: Workspace, name: str) -> Carrier | None:
    """Return a service by its name, or None."""
    kept = get_secret(workspace, PLACE + name)
    return None if kept is None else msgspec.json.decode(kept, type=Carrier)


def carriers(workspace: Workspace) -> dict[str, Carrier]:
    """Return all services by name."""
    found = {name.removeprefix(PLACE): carrier(workspace, name.removeprefix(PLACE)) for name in names(workspace) if name.startswith(PLACE)}
    return {name: one for name, one in found.items() if one is not None}
