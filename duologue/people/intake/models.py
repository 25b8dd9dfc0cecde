"""What was received and not yet dealt with, what was refused, and what was seen before."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Received(InWorkspace):
    """An event as it came, durable before the sender is answered. `arrives_at` lies ahead for replayed history."""

    source = models.CharField(max_length=80)
    received_at = models.DateTimeField()
    arrives_at = models.DateTimeField()
    payload = models.BinaryField()

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "arrives_at", "id"], name="received_by_arrival")]


class Refusal(InWorkspace):
    """An event that was stopped, where and why; kept 30 days."""

    source = models.CharField(max_length=80)
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    payload = models.BinaryField()

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "-at", "-id"], name="refusals_by_time")]


class SeenKey(InWorkspace):
    """A message id seen in the last 90 days; hash-partitioned, made by hand in the migrations."""

    pk = models.CompositePrimaryKey("workspace", "key")
    key = models.BinaryField(max_length=16)
    seen_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        managed = False
        db_table = "people_seenkey"


class ImportKey(InWorkspace):
    """A thing imported once, for good: a digest of what it is, and of what it last said."""

    pk = models.CompositePrimaryKey("workspace", "key")
    key = models.BinaryField(max_length=16)
    content = models.BinaryField(max_length=16)

    class Meta(InWorkspace.Meta):
        managed = False
        db_table = "people_importkey"
