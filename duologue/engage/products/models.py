"""Who looked at which product, and how, the last time."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Looked(InWorkspace):
    """The last time a profile looked at a product, put it into a basket, or asked for it. Buying it takes the row out."""

    class How(models.TextChoices):
        VIEWED = "viewed"
        BASKET = "basket"
        ASKED = "asked"

    pk = models.CompositePrimaryKey("workspace", "key", "profile", "how")
    key = models.CharField(max_length=80)
    profile = link("people.Profile")
    how = models.CharField(max_length=6, choices=How)
    at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["at"], name="looks_by_time")]
