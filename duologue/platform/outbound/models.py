"""Requests of other programs that were answered."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Answered(InWorkspace):
    """A request that came with an Idempotency-Key, and the answer it got, sealed; kept 24 hours. Holds digests, never the request."""

    key = models.BigIntegerField(help_text="The key that asked, by its number.")
    word = models.CharField(max_length=255, help_text="The Idempotency-Key.")
    request = models.BinaryField(max_length=32, help_text="A digest of method, address and body.")
    at = models.DateTimeField()
    status = models.SmallIntegerField(default=0)
    body = models.BinaryField(default=b"")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "key", "word"], name="one_answer_per_idempotency_key")]
        indexes = [models.Index(fields=["at"], name="answers_by_time")]
