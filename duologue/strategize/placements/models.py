"""Placements in versions."""

from __future__ import annotations

from duologue.platform.database.versions import NamedVersion


class PlacementVersion(NamedVersion):
    """One version of a placement; `data` is `rules.Placement` as JSON."""
