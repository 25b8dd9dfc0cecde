"""Secrets of a workspace."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Secret(InWorkspace):
    """A password or private key, sealed with the installation's key."""

    name = models.CharField(max_length=80)
    sealed = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_secret_per_name")]
