"""Contributions and their photos."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Contribution(InWorkspace):
    """Something a person gave. Whether it may be shown is said by the consent to `purpose`, asked anew each time it is shown."""

    class Kind(models.TextChoices):
        PHOTO = "photo"
        QUOTE = "quote"
        REVIEW = "review"

    class State(models.TextChoices):
        WAITING = "waiting"
        PUBLISHED = "published"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    profile = link("people.Profile")
    kind = models.CharField(max_length=6, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    text = models.TextField(blank=True)
    stars = models.SmallIntegerField(null=True)
    purpose = models.CharField(max_length=40, blank=True, help_text="By whose consent it may be shown; empty: it was never asked for.")
    survey = models.CharField(max_length=63, blank=True)
    question = models.CharField(max_length=63, blank=True)
    delivery = link("engage.Delivery", null=True)
    entry = link("engage.Entry", null=True)
    came_at = models.DateTimeField()
    shown_as = models.CharField(max_length=80, blank=True, help_text="The name it is shown under.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was declined.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("platform.Staff", null=True, on_delete=models.SET_NULL, related_name="+")
    forget_at = models.DateTimeField(null=True)

    @property
    def is_by_form(self) -> bool:
        """Say whether it came by a form of a site that anybody can send in anybody's name."""
        return self.delivery_id is None

    @property
    def needs_a_later_yes(self) -> bool:
        """Say whether only a yes that is not older than it allows it to be shown."""
        return self.is_by_form or self.entry_id is not None

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "delivery", "survey", "question"],
                name="one_contribution_per_answer",
                condition=~models.Q(question=""),
            ),
            models.UniqueConstraint(fields=["workspace", "entry"], name="one_contribution_per_entry"),
        ]
        indexes = [
            models.Index(fields=["workspace", "state", "-came_at", "-id"], name="contributions_by_state"),
            models.Index(fields=["workspace", "profile"], name="contributions_of_profile"),
            models.Index(fields=["workspace", "forget_at"], name="contributions_to_go", condition=models.Q(forget_at__isnull=False)),
        ]


class Photo(InWorkspace):
    """The picture of a contribution: a JPEG of our own making, with nothing in it but the picture.

    One that came by a form of a site has no contribution yet: it is `held` until the form is read, or forgotten.
    """

    contribution = link("engage.Contribution", null=True)
    held = models.UUIDField(null=True, help_text="By what a form's event finds it, until it is known whose it is.")
    content = models.BinaryField()
    width = models.IntegerField()
    height = models.IntegerField()
    forget_at = models.DateTimeField(null=True, help_text="Only while it is held.")

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "contribution"], name="one_photo_per_contribution"),
            models.UniqueConstraint(fields=["workspace", "held"], name="held_photos"),
        ]
        indexes = [models.Index(fields=["workspace", "forget_at"], name="held_photos_to_go", condition=models.Q(forget_at__isnull=False))]
