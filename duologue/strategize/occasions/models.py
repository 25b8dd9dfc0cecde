"""Occasions in versions."""

from __future__ import annotations

from duologue.strategize.versions import NamedVersion


class OccasionVersion(NamedVersion):
    """One version of an occasion; `data` is `rules.Occasion` as JSON."""
