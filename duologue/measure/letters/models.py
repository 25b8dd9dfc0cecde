"""What is sent to colleagues on a schedule, to whom, and what was sent."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Letter(InWorkspace):
    """Something that colleagues get every so often.

    `what` is "monday", "growth", "buyers", "by persona" (promise, stage, campaign) or "report NAME".
    `figures` holds what the last one counted, so that the next one can say what is new.
    """

    what = models.CharField(max_length=80)
    every = models.CharField(max_length=120, help_text="Days by RFC 5545, as FREQ=WEEKLY;BYDAY=MO, on the workspace's clock.")
    at = models.CharField(max_length=5, help_text="The hour there, as 08:00.")
    form = models.CharField(max_length=6, help_text="letter, link or csv")
    next_at = models.DateTimeField(null=True, help_text="Empty while nobody gets it.")
    figures = models.JSONField(default=dict)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "what", "every", "at", "form"], name="one_letter_of_a_kind")]


class Reader(InWorkspace):
    """Somebody who gets a letter, as long as they work here."""

    letter = link("measure.Letter")
    staff = models.ForeignKey("platform.Staff", on_delete=models.CASCADE, related_name="+")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "letter", "staff"], name="one_reader_once")]


class Issue(InWorkspace):
    """One letter to one colleague, once for each day it was due. It is no delivery: nothing that counts people's messages sees it.

    waiting > handing over (it stays so where the process ended meanwhile: perhaps sent) > sent | failed. Where the clock is
    virtual nothing is sent to anybody: kept.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        HANDING_OVER = "handing over"
        SENT = "sent"
        FAILED = "failed"
        KEPT = "kept"

    letter = link("measure.Letter")
    staff = models.ForeignKey("platform.Staff", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State)
    subject = models.CharField(max_length=200)
    body = models.JSONField(help_text="Its sentences; numbers are links as [12](/path).")
    table = models.TextField(blank=True, help_text="The CSV that goes with it.")
    detail = models.CharField(max_length=300, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "letter", "staff", "day"], name="one_issue_a_day")]
        indexes = [
            models.Index(fields=["workspace", "staff", "-at", "-id"], name="issues_of_staff"),
            models.Index(fields=["workspace"], condition=models.Q(state="waiting"), name="issues_waiting"),
        ]
