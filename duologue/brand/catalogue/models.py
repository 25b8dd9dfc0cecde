"""Products, what they cost before, what changed about them, and the feeds that bring them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from duologue.brand.catalogue.rules import LEAST_DROP, LITTLE_STOCK, LOOKED_WITHIN
from duologue.platform.database.models import InWorkspace

SHOWN_OF_PATH: Final = 10


class Product(InWorkspace):
    """What the brand sells. `price` is in minor units of `currency`; without a `stock` it is not counted and there is always some."""

    key = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    variant_of = models.CharField(max_length=80, blank=True, help_text="The key of the group whose variant it is; none for one of its own.")
    price = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    stock = models.IntegerField(null=True)
    picture = models.URLField(max_length=500, blank=True)
    link = models.URLField(max_length=500, blank=True)
    feed = models.CharField(max_length=40, blank=True, help_text="The feed that brought it last; none for one taken out by hand.")
    gone_at = models.DateTimeField(null=True, help_text="Since when it is no longer offered.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="one_product_per_key")]
        indexes = [
            GinIndex(SearchVector("name", "key", config="simple"), name="products_by_word"),
            models.Index(fields=["workspace", "id"], name="products_sold_out", condition=models.Q(gone_at=None, stock__lte=0)),
            models.Index(fields=["workspace", "stock"], name="products_counted", condition=models.Q(gone_at=None, stock__gt=0)),
            models.Index(fields=["workspace", "id"], name="products_gone", condition=models.Q(gone_at__isnull=False)),
            models.Index(fields=["workspace", "variant_of"], name="products_of_group", condition=~models.Q(variant_of="")),
            models.Index(fields=["workspace", "feed"], name="products_of_feed", condition=models.Q(gone_at=None) & ~models.Q(feed="")),
        ]

    @property
    def is_available(self) -> bool:
        """Say whether it can be bought."""
        return self.gone_at is None and (self.stock is None or self.stock > 0)


class ProductPrice(InWorkspace):
    """What a product cost from a moment on; a row for each change."""

    key = models.CharField(max_length=80)
    at = models.DateTimeField()
    price = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "key", "-at"], name="prices_of_product")]


class ProductChange(InWorkspace):
    """Something about a product that those who looked at it are to hear of: an outbox, emptied by the engage floor."""

    class Kind(models.TextChoices):
        BACK = "back"
        CHEAPER = "cheaper"
        LITTLE = "little"

    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=7, choices=Kind)
    at = models.DateTimeField()
    price_before = models.BigIntegerField(null=True)
    told_to = models.BigIntegerField(default=0, help_text="The profile up to which it is told.")
    told_at = models.DateTimeField(null=True)
    people = models.IntegerField(default=0, help_text="How many have been told.")

    class Meta(InWorkspace.Meta):
        indexes = [
            models.Index(fields=["workspace", "at", "id"], name="changes_to_tell", condition=models.Q(told_at=None)),
            models.Index(fields=["workspace", "key", "-at"], name="changes_of_product"),
        ]


class Watch(InWorkspace):
    """What counts as worth telling; one row, or none where the defaults hold."""

    looked_within = models.SmallIntegerField(default=LOOKED_WITHIN, help_text="In days.")
    little_stock = models.IntegerField(default=LITTLE_STOCK)
    least_drop = models.SmallIntegerField(default=LEAST_DROP, help_text="In percent of the price before.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="one_watch_per_workspace")]


class Feed(InWorkspace):
    """An address from which products are fetched again and again, and what came of the last time."""

    name = models.CharField(max_length=40)
    address = models.CharField(max_length=1000)
    every = models.IntegerField(help_text="Minutes.")
    next_at = models.DateTimeField()
    etag = models.CharField(max_length=300, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    sale_turns_at = models.DateTimeField(null=True, help_text="When the first of the sales that it tells of begins or ends.")
    tried_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=400, blank=True, help_text="Why the last time changed nothing.")
    unchanged = models.BooleanField(default=False)
    products = models.IntegerField(default=0, help_text="How many the last one taken named.")
    changed = models.IntegerField(default=0)
    gone = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    refused = models.JSONField(default=list, help_text="The first of them: [line, sentence].")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_feed_per_name")]
        indexes = [models.Index(fields=["next_at"], name="feeds_due")]

    @property
    def short_address(self) -> str:
        """Return what tells the address from others and keeps what may be secret in it: its host and the end of its path."""
        parts = urlsplit(self.address)
        return " … ".join(part for part in (parts.hostname, parts.path[-SHOWN_OF_PATH:]) if part)
