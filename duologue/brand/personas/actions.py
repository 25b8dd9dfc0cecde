"""Keeping personas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.personas import rules
from duologue.brand.personas.models import Persona

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def save_persona(*, workspace: Workspace, persona: rules.Persona) -> Persona:
    """Keep a persona under its name."""
    data = {key: value for key, value in rules.to_json(persona).items() if key not in {"persona", "title", "segment"}}
    row, _ = Persona.within(workspace).update_or_create(
        workspace=workspace,
        name=persona.persona,
        defaults={"title": persona.title or persona.persona, "segment": persona.segment, "data": data},
    )
    return row
