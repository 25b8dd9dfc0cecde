"""Identifiers."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Identifier(InWorkspace):
    """One way a profile is known. `value` is normalised by `rules`, `shown` is as the person wrote it."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        DEVICE = "device"
        HANDLE = "handle"
        POSTAL = "postal"
        CARD = "card"
        EXTERNAL = "external"

    profile = link("people.Profile")
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.CharField(max_length=320)
    shown = models.CharField(max_length=320)
    first_seen_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "value"], name="one_profile_per_identifier")]
        indexes = [models.Index(fields=["workspace", "profile"], name="identifiers_of_profile")]
