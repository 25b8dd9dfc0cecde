"""Reading placements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.platform.database import versions
from duologue.strategize.placements import rules
from duologue.strategize.placements.models import PlacementVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class InForce:
    """The version of a placement that is in force, and since when."""

    placement: rules.Placement
    number: int
    since: datetime


def current(workspace: Workspace, name: str) -> InForce | None:
    """Return the version of a placement that is in force, or None."""
    row = versions.in_force(PlacementVersion, workspace, name)
    return _made(row) if row else None


def placements(workspace: Workspace) -> list[InForce]:
    """Return all placements, by name."""
    return [_made(row) for row in versions.all_in_force(PlacementVersion, workspace)]


def described(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Return what the paths `placement.…` find, by the name of each placement."""
    return {one.placement.placement: rules.told(one.placement) for one in placements(workspace)}


def by_code(workspace: Workspace) -> dict[str, str]:
    """Return the placement of each code, as `rules.plain` writes codes."""
    return {rules.plain(code): one.placement.placement for one in placements(workspace) for code in one.placement.codes}


def _made(row: PlacementVersion) -> InForce:
    return InForce(rules.from_json(row.data), row.number, row.since)
