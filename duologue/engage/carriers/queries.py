"""Finding the services that may tell us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from duologue.engage.carriers.models import CarrierHeard
from duologue.engage.carriers.rules import USER, Carrier
from duologue.platform.secrets.queries import get_secret, names

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "carrier."


@dataclass(slots=True, frozen=True)
class Known:
    """A service as it is listed, never with its password or key: where it calls, whether it signs, and when it last did either."""

    name: str
    kind: str
    signs: bool
    address: str
    heard_at: datetime | None


def carrier(workspace: Workspace, name: str) -> Carrier | None:
    """Return a service by its name, or None."""
    kept = get_secret(workspace, PLACE + name)
    return None if kept is None else msgspec.json.decode(kept, type=Carrier)


def carriers(workspace: Workspace) -> dict[str, Carrier]:
    """Return all services by name."""
    found = {name.removeprefix(PLACE): carrier(workspace, name.removeprefix(PLACE)) for name in names(workspace) if name.startswith(PLACE)}
    return {name: one for name, one in found.items() if one is not None}


def listed(workspace: Workspace) -> list[Known]:
    """Return all services by name, as they are shown."""
    heard = dict(CarrierHeard.within(workspace).values_list("name", "heard_at"))
    found = sorted(carriers(workspace).items())
    return [Known(name, one.kind, bool(one.key), address(workspace, name), heard.get(name)) for name, one in found]


def address(workspace: Workspace, name: str, made: Carrier | None = None) -> str:
    """Return where a service is to call; of one that was just `made` with its password, where that is what proves its calls."""
    parts = urlsplit(settings.PUBLIC_URL)
    who = f"{USER}:{made.password}@" if made is not None and not made.key else ""
    return f"{parts.scheme}://{who}{parts.netloc}{parts.path.rstrip('/')}/carriers/{workspace.name}/{name}"
