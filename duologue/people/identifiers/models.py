"""Identifiers."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Identifier(InWorkspace):
    """One way a profile is known. `value` is normalised by `rules`, `shown` is as the person wrote it.

    The key is in the collation "C", so that it also finds the values that begin with something.
    """

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        DEVICE = "device"
        HANDLE = "handle"
        POSTAL = "postal"
        CARD = "card"
        EXTERNAL = "external"

    pk = models.CompositePrimaryKey("workspace", "kind", "value")
    profile = link("people.Profile")
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.CharField(max_length=320, db_collation="C")
    shown = models.CharField(max_length=320)
    first_seen_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "profile"], name="identifiers_of_profile")]


class SharedDevice(InWorkspace):
    """Somebody else than the one it is an identifier of was seen on this device: people are not merged for that, and it is remembered."""

    pk = models.CompositePrimaryKey("workspace", "device", "profile")
    device = models.CharField(max_length=320, db_collation="C")
    profile = link("people.Profile", db_index=False)
    first_seen_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "profile"], name="shared_devices_of_profile")]
