"""Perks: what was given to one person."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Perk(InWorkspace):
    """One offer given to one person. Reserved when written into a message, issued when that was accepted."""

    class State(models.TextChoices):
        RESERVED = "reserved"
        ISSUED = "issued"
        REDEEMED = "redeemed"
        EXPIRED = "expired"
        RELEASED = "released"

    offer = link("strategize.Offer")
    offer_version = link("strategize.OfferVersion")
    person = models.BigIntegerField()
    profile = link("people.Profile")
    run = link("engage.Run", null=True)
    seq = models.IntegerField(default=0, help_text="The occurrence of the run's turn that gives it, once each.")
    code = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.RESERVED)
    worth = models.BigIntegerField(default=0, help_text="Minor units; for a percentage, what it came to when redeemed.")
    cost = models.BigIntegerField(default=0, help_text="Minor units set aside for it.")
    reserved_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    redeemed_for = models.CharField(max_length=120, blank=True, help_text="The order's number.")

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "code"], name="one_perk_per_code", condition=~models.Q(code="")),
            models.UniqueConstraint(
                fields=["workspace", "run", "offer", "seq"],
                name="one_perk_per_turn",
                condition=models.Q(run__isnull=False) & ~models.Q(state="released"),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "person"], name="perks_of_person"),
            models.Index(fields=["workspace", "offer", "state"], include=["cost", "worth"], name="perks_of_offer"),
            models.Index(
                fields=["workspace", "redeemed_for"],
                name="perks_of_order",
                condition=models.Q(state="redeemed") & ~models.Q(redeemed_for=""),
            ),
            models.Index(fields=["workspace", "expires_at"], name="perks_to_expire", condition=models.Q(state__in=["reserved", "issued"])),
        ]


class PoolCode(InWorkspace):
    """A code brought by the brand, waiting to be given."""

    offer = link("strategize.Offer")
    code = models.CharField(max_length=40)
    taken_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "offer", "code"], name="one_pool_code")]
