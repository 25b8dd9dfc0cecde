"""Reading personas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.personas import rules
from duologue.brand.personas.models import PersonaVersion
from duologue.platform.database import versions

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def current(workspace: Workspace, name: str) -> rules.Persona | None:
    """Return a persona as it is in force, or None."""
    row = versions.in_force(PersonaVersion, workspace, name)
    return rules.from_json(row.data) if row else None


def personas(workspace: Workspace) -> list[rules.Persona]:
    """Return all personas, by name."""
    return [rules.from_json(row.data) for row in versions.all_in_force(PersonaVersion, workspace)]
