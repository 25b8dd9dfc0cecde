"""Imports of files, and how far each came."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Import(InWorkspace):
    """One file on its way in. `position` is the last line whose rows are committed.

    `upload` is the file in the data folder's imports that a job is to take in; empty where nothing is left to do.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=8)
    file = models.CharField(max_length=300)
    file_digest = models.BinaryField(max_length=32)
    recipe = models.TextField()
    upload = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    position = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rows_written = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    rows_refused = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    refused_file = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=500, blank=True)
    tries = models.IntegerField(default=0, help_text="How often a job has begun at `tried_at` without getting any further.")
    tried_at = models.BigIntegerField(default=0, help_text="The position at which a job began last.")

    was_done_before = False  # of an object that `import_file` gives back: it was imported earlier, and nothing was done now

    class Meta(InWorkspace.Meta):
        indexes = [
            models.Index(fields=["workspace", "-started_at"], name="imports_by_start"),
            models.Index(fields=["id"], name="imports_to_do", condition=~models.Q(upload="")),
        ]
