"""Products."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Product(InWorkspace):
    """What the brand sells. `price` is in minor units of `currency`."""

    key = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    price = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    stock = models.IntegerField(null=True)
    picture = models.URLField(max_length=500, blank=True)
    link = models.URLField(max_length=500, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="one_product_per_key")]
