"""Conversations and their entries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce, Least

from duologue.platform.database.models import InWorkspace, link

LAST: Final = datetime(9999, 12, 29, tzinfo=UTC)  # when what was promised to nobody is due


class Team(InWorkspace):
    """Staff who take over conversations together."""

    name = models.CharField(max_length=63)
    emails = ArrayField(models.EmailField(), default=list)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_team_per_name")]


class Conversation(InWorkspace):
    """Everything one person and the brand said to each other; one per person."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    person = models.BigIntegerField()
    profile = link("people.Profile")
    state = models.CharField(max_length=6, choices=State)
    held_by = models.CharField(max_length=10, default="human", help_text="automation or human")
    team = models.CharField(max_length=63, blank=True)
    intent = models.CharField(max_length=20, blank=True)
    is_complaint = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=5)
    assigned = models.ForeignKey("platform.Staff", null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(null=True, help_text="By when the run that handed it over wants it closed.")
    answer_by = models.DateTimeField(null=True, help_text="By when the person should have an answer; empty once they had one.")
    due_first = models.GeneratedField(
        expression=Coalesce(Least("due_at", "answer_by"), models.Value(LAST)), output_field=models.DateTimeField(), db_persist=True
    )
    run = link("engage.Run", null=True)
    run_seq = models.IntegerField(null=True)
    brief = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    overdue_told = models.BooleanField(default=False)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "person"], name="one_conversation_per_person")]
        indexes = [
            models.Index(fields=["workspace", "state", "-touched_at", "-id"], name="conversations_inbox"),
            models.Index(fields=["workspace", "profile"], name="conversations_of_profile"),
            models.Index(
                fields=["workspace", "due_first", "opened_at", "id"], name="conversations_queue", condition=models.Q(state="open")
            ),
            models.Index(
                fields=["workspace", "due_at"],
                name="conversations_due",
                condition=models.Q(state="open", overdue_told=False, due_at__isnull=False),
            ),
        ]


class GoodwillGift(InWorkspace):
    """A perk that a member gave from the inbox; counted against their own limit."""

    staff = models.ForeignKey("platform.Staff", null=True, on_delete=models.SET_NULL, related_name="+")
    conversation = link("engage.Conversation")
    perk = link("engage.Perk")
    cost = models.BigIntegerField(help_text="Minor units, as set aside when it was given.")
    at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "staff", "at"], include=["cost"], name="goodwill_of_staff")]


class Entry(InWorkspace):
    """One thing said in a conversation, or a note beside it."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"
        NOTE = "note"

    conversation = link("engage.Conversation")
    profile = link("people.Profile")
    at = models.DateTimeField()
    direction = models.CharField(max_length=4, choices=Direction)
    channel = models.CharField(max_length=20)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    intent = models.CharField(max_length=20, blank=True)
    message_ref = models.CharField(max_length=300, blank=True, help_text="Message-ID, for threading.")
    delivery = link("engage.Delivery", null=True)
    staff = models.ForeignKey("platform.Staff", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "conversation", "message_ref"],
                name="one_entry_per_message_taken_in",
                condition=models.Q(direction="in") & ~models.Q(message_ref=""),
            ),
        ]
        indexes = [models.Index(fields=["workspace", "conversation", "at"], name="entries_of_conversation")]

    @property
    def trouble(self) -> str:
        """Why what was said to the person did not arrive: `withheld: REASON`, `failed: REASON`, uncertain, bounced; else empty."""
        if self.direction != self.Direction.OUT or self.delivery is None:
            return ""
        state, reason = self.delivery.state, self.delivery.reason
        if state in {"withheld", "failed"}:
            return f"{state}: {reason}"
        return "uncertain" if state == "uncertain" else "bounced" if self.delivery.bounced_at else ""
