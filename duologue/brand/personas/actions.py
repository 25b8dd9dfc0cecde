"""Keeping personas in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.personas import rules
from duologue.brand.personas.models import PersonaVersion
from duologue.platform.database import versions

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def take_persona(*, workspace: Workspace, name: str, source: str, now: datetime, file: str = "") -> PersonaVersion:
    """Put in force what a text says of a persona. Raises Mistakes."""
    persona = rules.read_persona(source, file)
    versions.named(source, persona.persona, name, "persona", file)
    return save_persona(workspace=workspace, persona=persona, now=now, source=source)


def save_persona(*, workspace: Workspace, persona: rules.Persona, now: datetime, source: str = "") -> PersonaVersion:
    """Keep a persona as a new version; the same again gives the version there is."""
    return versions.keep(PersonaVersion, workspace=workspace, name=persona.persona, data=rules.to_json(persona), now=now, source=source)
