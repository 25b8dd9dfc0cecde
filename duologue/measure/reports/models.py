"""Reports as last counted."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class ReportSnapshot(InWorkspace):
    """A dialogue's report as of a batch of the timeline; good until something new has happened."""

    dialogue = link("strategize.Dialogue")
    batch_no = models.BigIntegerField()
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "dialogue"], name="one_report_per_dialogue")]
