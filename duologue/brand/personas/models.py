"""Personas in versions."""

from __future__ import annotations

from duologue.platform.database.versions import NamedVersion


class PersonaVersion(NamedVersion):
    """One version of a typical customer; `data` is `rules.Persona` as JSON. Its segment, named there, is matched in strategize."""
