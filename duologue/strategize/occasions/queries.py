"""Reading occasions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.platform.database import versions
from duologue.strategize.occasions import rules
from duologue.strategize.occasions.models import OccasionVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class InForce:
    """The version of an occasion that is in force, and since when."""

    occasion: rules.Occasion
    number: int
    since: datetime


def current(workspace: Workspace, name: str) -> InForce | None:
    """Return the version of an occasion that is in force, or None."""
    row = versions.in_force(OccasionVersion, workspace, name)
    return _made(row) if row else None


def occasions(workspace: Workspace) -> list[InForce]:
    """Return all occasions, by name."""
    return [_made(row) for row in versions.all_in_force(OccasionVersion, workspace)]


def described(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Return what the paths `occasion.…` find, by the name of each occasion."""
    return {one.occasion.occasion: rules.told(one.occasion, workspace.timezone) for one in occasions(workspace)}


def _made(row: OccasionVersion) -> InForce:
    return InForce(rules.from_json(row.data), row.number, row.since)
