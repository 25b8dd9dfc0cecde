"""Admissions, runs and the turns they have left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from duologue.platform.database.models import InWorkspace, link
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from collections.abc import Collection

    from duologue.platform.workspaces.models import Workspace


class Admission(InWorkspace):
    """The latest word on one person and one dialogue: admitted, held out (for good), or not started and why."""

    class Verdict(models.TextChoices):
        ADMITTED = "admitted"
        HELD_OUT = "held_out"
        NOT_STARTED = "not_started"

    pk = models.CompositePrimaryKey("workspace", "dialogue", "person")
    dialogue = link("strategize.Dialogue")
    person = models.BigIntegerField(help_text="The person's number when first considered; merges are looked up, never written here.")
    verdict = models.CharField(max_length=11, choices=Verdict)
    reason = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(help_text="First considered.")
    decided_at = models.DateTimeField()


class Timetable(InWorkspace):
    """What a dialogue has to do by the calendar. `next_at` is when it is next looked at; `until` up to when all was done.

    `at` is the moment in hand, and `after` the last person dealt with for it, or let in of an audience, so that a cut goes on where it
    was. `begun` counts the runs begun since `since`, for a pace. `settled` maps an experiment's turn to the way it has settled on;
    `looked_at` is the last of the days' beginnings at which they were counted, days being counted from when the dialogue went live.
    `issue` is the day that the moment is there, and `tried` counts those of it who begin `first`; the others wait until `held_until`.
    Letters that left since `watched_from` are watched; `stopped_at` is when the dialogue was paused because they were taken badly.
    `cut_at` is when a moment was last let go of that had lain still for too long, so that not all whom it was for were looked at.
    """

    dialogue = link("strategize.Dialogue")
    version = models.IntegerField(help_text="The version it was worked out for; another one in force has it worked out anew.")
    next_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    at = models.DateTimeField(null=True)
    after = models.BigIntegerField(default=0)
    since = models.DateTimeField()
    begun = models.BigIntegerField(default=0)
    settled = models.JSONField(default=dict)
    looked_at = models.DateTimeField()
    issue = models.DateField(null=True)
    tried = models.BigIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    watched_from = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    cut_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "dialogue"], name="one_timetable_per_dialogue")]


class Run(InWorkspace):
    """One person's way through one version of a dialogue.

    `seq` counts turns entered (1 at the first) and is the occurrence that deliveries and chance are keyed by.
    `wake_at` is the next moment at which something is due without an event; empty while only events can move it.
    `heard` counts how often each listening line was taken, for `at_most`.
    Each transition writes a row into every index, so there are few: runs of a person are found by dialogue and profile, those at
    a turn among those of the dialogue.
    """

    dialogue = link("strategize.Dialogue")
    version = link("strategize.DialogueVersion", db_index=False)
    person = models.BigIntegerField()
    profile = link("people.Profile", db_index=False)
    shard = models.SmallIntegerField()
    occasion = models.CharField(max_length=120, blank=True, help_text="What `per` named: a basket, an order. Empty for one run per person.")
    turn = models.CharField(max_length=63)
    seq = models.IntegerField(default=1)
    arrived_at = models.DateTimeField()
    phase = models.CharField(max_length=10, default="arrived", help_text="arrived, sending, listening, held")
    counts_from = models.DateTimeField(null=True, help_text="The moment silence counts from.")
    wake_at = models.DateTimeField(null=True)
    under_way = models.BooleanField(default=True)
    ended_reason = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    data = models.JSONField(default=dict, help_text="start.*, answer.*, perk.*, turn.* as the plan reads them.")
    heard = models.JSONField(default=dict)
    delivered = models.JSONField(null=True, help_text="What became of the present turn's delivery, once known.")

    class Meta(InWorkspace.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "dialogue", "person", "occasion"], name="one_run_under_way", condition=models.Q(under_way=True)
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "wake_at", "shard"], name="runs_due", condition=models.Q(under_way=True, wake_at__isnull=False)
            ),
            models.Index(fields=["workspace", "dialogue", "profile"], name="runs_of_profile"),
        ]

    @classmethod
    def of(cls, workspace: Workspace, profiles: Collection[int]) -> models.QuerySet[Self]:
        """Return the runs of these profiles, looked for dialogue by dialogue, as the index lies."""
        dialogues = list(Dialogue.within(workspace).values_list("pk", flat=True))
        return cls.within(workspace).filter(dialogue__in=dialogues, profile__in=profiles)


class RunStep(InWorkspace):
    """One turn left behind: how it was left, by which line, and where to. Append-only. Those of a run are found by its dialogue."""

    pk = models.CompositePrimaryKey("workspace", "dialogue_id", "run", "seq")
    run = link("engage.Run", db_index=False)
    dialogue_id = models.BigIntegerField()
    person = models.BigIntegerField()
    seq = models.IntegerField()
    turn = models.CharField(max_length=63)
    arrived_at = models.DateTimeField()
    left_at = models.DateTimeField()
    heard = models.CharField(max_length=160, help_text="The line that moved it, as written: 'clicked: any', 'silence: 3d', 'goal'.")
    then = models.CharField(max_length=63)
