"""The guardrails of a workspace in versions."""

from __future__ import annotations

from typing import Final

from duologue.platform.database.versions import NamedVersion

NAME: Final = "guardrails"
"""What they are called: a workspace has one set."""


class GuardrailsVersion(NamedVersion):
    """One version of the workspace's guardrails: caps per person, quiet hours. `data` is `rules.Guardrails` as JSON."""
