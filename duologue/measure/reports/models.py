"""Reports as last counted."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
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


class CountedOrders(InWorkspace):
    """The conversions and refunds of a dialogue's report as last counted, in arrays of one length, so that a group can count each once.

    They hold the number of an event of the timeline, when the last letter before it was accepted (null without one), its revenue in
    minor units, whether it is a conversion or takes from one of these, and the place of its person among the dialogue's buyers (null
    for a refund), which means nothing outside of this row.
    """

    dialogue = link("strategize.Dialogue")
    events = ArrayField(models.BigIntegerField())
    touched = ArrayField(models.DateTimeField(null=True))
    amounts = ArrayField(models.BigIntegerField())
    known = ArrayField(models.BooleanField())
    buyers = ArrayField(models.IntegerField(null=True))

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "dialogue"], name="counted_orders_per_dialogue")]


class GroupCount(InWorkspace):
    """What was bought in each group of one kind (`by`: campaign, promise, persona, stage), each order counted once. See `orders.count`."""

    by = models.CharField(max_length=20)
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "by"], name="one_count_per_kind_of_group")]
