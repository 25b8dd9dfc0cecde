"""Perks: what was given to one person."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Perk(InWorkspace):
    """One offer given to one person. Reserved when written into a message, issued when that was accepted.

    A trial is begun, then ended or converted. Points and credit add `amount` to the person's balance, of which `remaining` is left.
    """

    class State(models.TextChoices):
        RESERVED = "reserved"
        ISSUED = "issued"
        BEGUN = "begun"
        REDEEMED = "redeemed"
        EXPIRED = "expired"
        ENDED = "ended"
        CONVERTED = "converted"
        WITHDRAWN = "withdrawn"
        RELEASED = "released"

    offer = link("strategize.Offer")
    offer_version = link("strategize.OfferVersion")
    person = models.BigIntegerField()
    profile = link("people.Profile")
    run = link("engage.Run", null=True)
    seq = models.IntegerField(default=0, help_text="The occurrence of the run's turn that gives it, once each.")
    code = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.RESERVED)
    worth = models.BigIntegerField(default=0, help_text="Minor units; for a percentage, what it came to when redeemed.")
    cost = models.BigIntegerField(default=0, help_text="Minor units set aside for it; what it has cost once it is over.")
    unit = models.CharField(max_length=6, blank=True, help_text="points, credit (in minor units), or nothing.")
    amount = models.BigIntegerField(default=0, help_text="How much of the unit it adds to the balance.")
    remaining = models.BigIntegerField(default=0, help_text="How much of that is left to spend.")
    reserved_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    redeemed_for = models.CharField(max_length=120, blank=True, help_text="The order's number.")
    converted_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was withdrawn.")

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "code"], name="one_perk_per_code", condition=~models.Q(code="")),
            models.UniqueConstraint(
                fields=["workspace", "run", "offer", "seq"],
                name="one_perk_per_turn",
                condition=models.Q(run__isnull=False) & ~models.Q(state="released"),
            ),
            models.CheckConstraint(condition=models.Q(remaining__gte=0, remaining__lte=models.F("amount")), name="no_balance_below_zero"),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "offer", "state"], include=["cost", "worth", "remaining", "expires_at"], name="perks_of_offer"
            ),
            models.Index(
                fields=["workspace", "redeemed_for"],
                name="perks_of_order",
                condition=models.Q(state="redeemed") & ~models.Q(redeemed_for=""),
            ),
            models.Index(
                fields=["workspace", "expires_at"], name="perks_to_expire", condition=models.Q(state__in=["reserved", "issued", "begun"])
            ),
        ]


class Movement(InWorkspace):
    """One happening in the ledger of points and credit: given, spent, expired or withdrawn. Its postings sum to zero."""

    class Kind(models.TextChoices):
        GIVEN = "given"
        SPENT = "spent"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    kind = models.CharField(max_length=9, choices=Kind)
    unit = models.CharField(max_length=6)
    person = models.BigIntegerField()
    profile = link("people.Profile")
    key = models.CharField(max_length=200, blank=True, help_text="What makes spending for the same order again harmless.")
    at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="one_movement_per_key", condition=~models.Q(key=""))]


class Posting(InWorkspace):
    """One side of a movement: what it adds to, or takes from, the person's account or one of the brand's, for one perk."""

    class Account(models.TextChoices):
        PERSON = "person"
        GIVEN = "given"
        SPENT = "spent"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    movement = link("engage.Movement")
    perk = link("engage.Perk")
    account = models.CharField(max_length=9, choices=Account)
    amount = models.BigIntegerField()


class CodeTry(InWorkspace):
    """How many unknown codes in a row somebody has tried; whoever it was is kept as a hash."""

    who = models.CharField(max_length=64)
    way = models.CharField(max_length=80, help_text="The till or the key by which they were tried, as staff know it.")
    unknown = models.IntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "who"], name="tries_of_one")]
        indexes = [models.Index(fields=["workspace", "stopped_at"], name="tries_stopped", condition=models.Q(stopped_at__isnull=False))]


class PoolCode(InWorkspace):
    """A code brought by the brand, waiting to be given."""

    offer = link("strategize.Offer")
    code = models.CharField(max_length=40)
    taken_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "offer", "code"], name="one_pool_code")]
        indexes = [
            models.Index(fields=["workspace", "offer", "taken_at"], name="pool_codes_taken", condition=models.Q(taken_at__isnull=False))
        ]
