"""Offers in versions."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Offer(InWorkspace):
    """A perk as designed. `given` and `spent` are the counters its limits are checked against, by compare-and-set."""

    name = models.CharField(max_length=63)
    current = models.IntegerField(default=1)
    given = models.IntegerField(default=0, help_text="Perks reserved or issued, in all.")
    spent = models.BigIntegerField(default=0, help_text="Cost of those, in minor units.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_offer_per_name")]


class OfferVersion(InWorkspace):
    """One version of an offer. `data` is `rules.Offer` as JSON, and `source` its text, where it came as one."""

    offer = link("strategize.Offer")
    number = models.IntegerField()
    data = models.JSONField()
    source = models.TextField(blank=True)
    since = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "offer", "number"], name="offer_versions")]
