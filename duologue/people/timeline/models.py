"""The timeline and its batches. The table itself, with its monthly partitions, is made by hand in the migrations."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Event(InWorkspace):
    """One thing that a person said or did, or that was said to them. Append-only."""

    pk = models.CompositePrimaryKey("workspace", "profile_id", "occurred_at", "id")
    profile_id = models.BigIntegerField()
    id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    name = models.CharField(max_length=120)
    properties = models.JSONField()
    source = models.CharField(max_length=80)
    write_id = models.BigIntegerField()
    run_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)

    class Meta(InWorkspace.Meta):
        managed = False
        db_table = "people_event"


class Batch(InWorkspace):
    """One written batch: its rows carry its `write_id`. `batch_no` is given at commit, without gaps."""

    write_id = models.BigIntegerField(primary_key=True)
    batch_no = models.BigIntegerField(null=True)
    events = models.IntegerField()
    first_at = models.DateTimeField(help_text="When its first event occurred: readers look into these months alone.")
    last_at = models.DateTimeField()
    written_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "batch_no"], name="batches_in_order")]


class LeftMonth(InWorkspace):
    """A month of which events have left PostgreSQL for the lake. Of the names in `whole` every event is still here."""

    month = models.CharField(max_length=7, help_text="In UTC, as in 2026-01.")
    events = models.BigIntegerField(default=0, help_text="How many left, over all times that some did.")
    batch_no = models.BigIntegerField(help_text="The last batch of which any may have left.")
    whole = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "month"], name="a_month_leaves_once")]
