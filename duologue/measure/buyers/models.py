"""Cohorts of buyers as last counted."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class BuyerCohorts(InWorkspace):
    """All months of a workspace as of a batch of the timeline; `data` is as docs/reference/report.md says."""

    batch_no = models.BigIntegerField()
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="buyer_cohorts_once")]
