"""The brand book in versions."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class BookVersion(InWorkspace):
    """One version of the brand book; the highest number is in force. `data` is `rules.Book` as JSON."""

    number = models.IntegerField()
    data = models.JSONField()
    since = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="brand_book_versions")]
