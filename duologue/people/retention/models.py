"""The rules in force, and what was removed by them."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class RetentionRules(InWorkspace):
    """A workspace's retention. `data` is `rules.Retention` as JSON; `done` says by rule up to where all was looked through."""

    data = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    next_at = models.DateTimeField(help_text="When it is next carried out.")
    done = models.JSONField(default=dict, help_text="By the key of a rule: {until, batch_no}.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="one_retention")]


class Removal(InWorkspace):
    """Proof: by which rule how much went, and when. Names nobody; never changed, never removed while its workspace lives."""

    kind = models.CharField(max_length=5, help_text="event or fact")
    name = models.CharField(max_length=120)
    keep = models.CharField(max_length=12)
    before = models.DateTimeField(help_text="All that is older went.")
    at = models.DateTimeField()
    events = models.BigIntegerField(default=0, help_text="Rows of the timeline that went, or no longer tell of the fact.")
    in_lake = models.BigIntegerField(default=0, help_text="Rows of the lake.")
    facts = models.BigIntegerField(default=0)

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "-at", "-id"], name="removals_by_time")]
