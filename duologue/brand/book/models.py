"""The brand book in versions."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class BookVersion(InWorkspace):
    """One version of the brand book; the highest number is in force. `data` is `rules.Book` as JSON."""

    number = models.IntegerField()
    data = models.JSONField()
    since = models.DateTimeField()
    source = models.TextField(blank=True, help_text="Its YAML as it was handed in, where it was.")
    by = models.CharField(max_length=120, blank=True, help_text="Who changed it, as in the audit log.")
    again = models.IntegerField(null=True, help_text="The earlier version that this one brought back.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="brand_book_versions")]


class Logo(InWorkspace):
    """A logo: `source` as it was handed in, and `content`, the PNG of our own making that is shown."""

    name = models.CharField(max_length=20)
    source = models.BinaryField()
    content = models.BinaryField()
    width = models.IntegerField()
    height = models.IntegerField()
    since = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_logo_per_name")]
