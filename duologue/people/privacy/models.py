"""Proof of erasing."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Erasure(InWorkspace):
    """A person was erased: what each holder removed, and when the lake was clean. Holds nothing about the person."""

    person = models.BigIntegerField()
    profiles = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    holders = models.JSONField(default=dict)
    lake_clean_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "person"], name="erased_people")]
