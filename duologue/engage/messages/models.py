"""Messages in versions, and the deliveries that carry them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import KeyTextTransform

from duologue.platform.database.models import InWorkspace, link


class Message(InWorkspace):
    """What is said, by name."""

    name = models.CharField(max_length=63)
    current = models.IntegerField(default=1)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_message_per_name")]


class MessageVersion(InWorkspace):
    """One version of a message. `data` is `rules.Message` as JSON: per channel, locale and variant, with its source."""

    message = link("engage.Message")
    number = models.IntegerField()
    data = models.JSONField()
    since = models.DateTimeField()
    source = models.TextField(blank=True, help_text="Its YAML as last handed in, where it was.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "message", "number"], name="message_versions")]


def _is(state: str) -> models.Expression:
    return models.ExpressionWrapper(models.Q(state=state), output_field=models.BooleanField())


class Delivery(InWorkspace):
    """One message for one person at one turn. See `rules.STATES` for what may follow what.

    Each passes through three states or more. Where an index speaks of what changes, all of them are written anew: so none speaks of
    `state`, only of `waits` and `in_doubt`, and from handing over to accepted a row changes in its place. See `OnTheWire`. What holds a
    turn of a run to be sent once finds those of a dialogue too, and those of a run by its dialogue.
    """

    class State(models.TextChoices):
        WITHHELD = "withheld"
        QUEUED = "queued"
        HANDING_OVER = "handing_over"
        ACCEPTED = "accepted"
        FAILED = "failed"
        UNCERTAIN = "uncertain"

    run = link("engage.Run", null=True, db_index=False)
    dialogue = link("strategize.Dialogue", null=True, db_index=False)
    person = models.BigIntegerField()
    profile = link("people.Profile")
    shard = models.SmallIntegerField()
    turn = models.CharField(max_length=63, blank=True)
    occurrence = models.IntegerField(default=1)
    message_version = link("engage.MessageVersion", null=True, db_index=False)
    survey_version = link("strategize.SurveyVersion", null=True, db_index=False)
    conversation = link("engage.Conversation", null=True, db_index=False)
    body = models.JSONField(default=dict, help_text="What only this delivery says: a human's reply, a perk's code.")
    said = models.TextField(
        blank=True, db_default="", help_text="What its words named of the person when it left, as short JSON: `keeping`."
    )
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    kind = models.CharField(max_length=9, default="promotion")
    basis = models.CharField(max_length=12, default="consent")
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    waits = models.GeneratedField(expression=_is("queued"), output_field=models.BooleanField(), db_persist=True)
    in_doubt = models.GeneratedField(expression=_is("uncertain"), output_field=models.BooleanField(), db_persist=True)
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    attempt = models.SmallIntegerField(default=0)
    sender = models.CharField(max_length=64, blank=True, help_text="The sender that claimed it, and its epoch.")
    due_at = models.DateTimeField(help_text="Not before; the gate moves it when it says 'later'.")
    too_late_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True, help_text="Reported as spam.")
    left_at = models.DateTimeField(null=True, help_text="The person unsubscribed by it.")
    address = models.CharField(max_length=320, blank=True, help_text="Where it was handed over to; emptied on erasing.")
    relay = models.CharField(max_length=63, blank=True)
    cost = models.BigIntegerField(default=0, help_text="Minor units of the workspace's currency, in thousandths.")

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "dialogue", "run", "turn", "occurrence"], name="sent_once"),
            models.CheckConstraint(condition=models.Q(run=None) | models.Q(dialogue__isnull=False), name="runs_are_of_dialogues"),
        ]
        indexes = [
            models.Index(fields=["workspace", "due_at", "id"], name="deliveries_due", condition=models.Q(waits=True)),
            models.Index(fields=["workspace", "-planned_at", "-id"], name="deliveries_in_doubt", condition=models.Q(in_doubt=True)),
            models.Index(
                fields=["workspace", "conversation"], name="deliveries_in_conversation", condition=models.Q(conversation__isnull=False)
            ),
            models.Index(
                "workspace",
                KeyTextTransform("to", "body"),
                "planned_at",
                name="letters_to_parents",
                condition=models.Q(turn="parent", run__isnull=True),
            ),
        ]


class OnTheWire(InWorkspace):
    """A batch of deliveries that a sender hands over at present; gone once all of them are settled. By it those are found."""

    sender = models.CharField(max_length=64)
    deliveries = ArrayField(models.BigIntegerField())


class Attempt(InWorkspace):
    """One try to hand a delivery over, and the carrier's answer."""

    pk = models.CompositePrimaryKey("workspace", "delivery", "number")
    delivery = link("engage.Delivery")
    number = models.SmallIntegerField()
    at = models.DateTimeField()
    relay = models.CharField(max_length=63)
    outcome = models.CharField(max_length=12)
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=300, blank=True)


class TrialResult(InWorkspace):
    """Which variant of a message did best where a dialogue's turn tested it, and by which figures that was decided, once for each issue.

    figures = {"plain": {"sent": 400, "good": 21}, "short": {"sent": 398, "good": 44}}
    """

    dialogue = link("strategize.Dialogue")
    turn = models.CharField(max_length=63)
    message_version = link("engage.MessageVersion", db_index=False)
    issue = models.CharField(max_length=10, blank=True, help_text="The day of the calendar that started it; empty where none did.")
    variant = models.CharField(max_length=63)
    figures = models.JSONField()
    at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "dialogue", "turn", "message_version", "issue"], name="one_result_per_test")
        ]


class WarmingUp(InWorkspace):
    """How many letters of one sending domain have a place on a day, to one receiving domain (empty: to all), while it is warmed up.

    A day that is over goes once a later one is there; each row knows when it all `began`.
    """

    sending = models.CharField(max_length=255)
    receiving = models.CharField(max_length=255, blank=True)
    began = models.DateField()
    day = models.DateField()
    taken = models.IntegerField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "sending", "receiving", "day"], name="one_count_per_day")]
