"""Purposes, topics, consent statements, suppressions and pauses."""

from __future__ import annotations

from django.db import models

from duologue.people.consent.rules import LONG_AGO
from duologue.platform.database.models import InWorkspace, link


class Purpose(InWorkspace):
    """Why something may be sent or kept, and on which basis."""

    class Basis(models.TextChoices):
        CONSENT = "consent"
        CONTRACT = "contract"
        CONFIRMATION = "confirmation"

    name = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    basis = models.CharField(max_length=12, choices=Basis)
    shows = models.BooleanField(default=False, help_text="It is about showing what people gave, not about writing to them.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_purpose_per_name")]


class Topic(InWorkspace):
    """What messages are about, as people choose it. What a person says of it is the fact `topic.NAME`: true or false."""

    name = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    about = models.TextField(blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_topic_per_name")]


class ConsentState(models.TextChoices):
    """What a statement says."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class ConsentStatement(InWorkspace):
    """One dated statement, chained per profile: `digest` covers the previous digest and this row's salted content.

    Erasing empties `wording`, `proof` and `salt`; the digests stay, and the chain still verifies.
    """

    pk = models.CompositePrimaryKey("workspace", "profile", "number")
    profile = link("people.Profile")
    number = models.IntegerField(help_text="1 for the profile's first statement, without gaps.")
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    state = models.CharField(max_length=9, choices=ConsentState)
    at = models.DateTimeField()
    source = models.CharField(max_length=80)
    wording = models.TextField(blank=True)
    proof = models.JSONField(default=dict)
    salt = models.BinaryField(max_length=16)
    content = models.BinaryField(max_length=32, help_text="Salted digest of this statement's content.")
    digest = models.BinaryField(max_length=32, help_text="Digest of the previous digest and this content.")

    @property
    def is_dated(self) -> bool:
        """Whether the day on which it was said is known."""
        return self.at > LONG_AGO


class ConsentNow(InWorkspace):
    """The latest statement per profile, channel and purpose, kept by the action that writes statements."""

    pk = models.CompositePrimaryKey("workspace", "profile", "purpose", "channel")
    profile = link("people.Profile")
    purpose = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=9, choices=ConsentState)
    at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, help_text="When it was heard, where the day on which it was said is not known.")


class Suppression(InWorkspace):
    """An address not to be used, whatever the consent says; kept as a keyed hash, so that it outlives erasing."""

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce"
        SPAM_REPORT = "spam_report"
        LEGAL_HOLD = "legal_hold"
        BY_HAND = "by_hand"
        ERASED = "erased"

    channel = models.CharField(max_length=20)
    address = models.BinaryField(max_length=32, help_text="Keyed hash of the normalised address.")
    reason = models.CharField(max_length=11, choices=Reason)
    at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "channel", "address", "reason"], name="one_suppression_per_reason")]


class Wish(InWorkspace):
    """How a person wants to hear from the brand: at most one promotion in so many days, and only in these hours. Empty means no wish."""

    pk = models.CompositePrimaryKey("workspace", "profile")
    profile = link("people.Profile")
    pace_days = models.SmallIntegerField(null=True)
    hours = models.CharField(max_length=60, blank=True, help_text="A window, as 'Mo-Fr 18:00-22:00', on the person's clock.")
    at = models.DateTimeField()


class Pause(InWorkspace):
    """Promotion is silent for a profile until then: asked for by the person, or while a complaint is open."""

    class Because(models.TextChoices):
        SNOOZED = "snoozed"
        COMPLAINT = "complaint"

    profile = link("people.Profile")
    because = models.CharField(max_length=9, choices=Because)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="Empty: until lifted.")
    lifted_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "profile"], name="pauses_of_profile", condition=models.Q(lifted_at__isnull=True))]
