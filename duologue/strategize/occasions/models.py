"""Occasions in versions."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class OccasionVersion(InWorkspace):
    """One version of an occasion; the highest number is in force. `data` is `rules.Occasion` as JSON."""

    name = models.CharField(max_length=63)
    number = models.IntegerField()
    data = models.JSONField()
    since = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name", "number"], name="occasion_versions")]
