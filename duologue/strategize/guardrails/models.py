"""Guardrails of a workspace."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Guardrails(InWorkspace):
    """The workspace's guardrails, live: caps per person, quiet hours. `data` is `rules.Guardrails` as JSON."""

    data = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="one_set_of_guardrails")]
