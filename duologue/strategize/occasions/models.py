"""Occasions in versions."""

from __future__ import annotations

from duologue.platform.database.versions import NamedVersion


class OccasionVersion(NamedVersion):
    """One version of an occasion; `data` is `rules.Occasion` as JSON."""
