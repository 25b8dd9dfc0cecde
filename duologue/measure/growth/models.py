"""The days of the list, rolled up."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class GrowthDay(InWorkspace):
    """What became of the list for one purpose ("": for any of them) on one day of the workspace's clock; days without a change have no row.

    Made from the chain of consent and the lists of suppressed and erased addresses, and made anew from them at any time:
    see `actions.keep`. `joined` + `back` - `left` - `bounced` - `reported` - `barred` is how many more may be contacted than before.
    """

    purpose = models.CharField(max_length=40, blank=True)
    day = models.DateField()
    joined = models.IntegerField(help_text="Said yes for the first time.")
    back = models.IntegerField(help_text="Said yes again.")
    confirmed = models.IntegerField(help_text="Of both: by a letter to their own address.")
    left = models.IntegerField()
    bounced = models.IntegerField()
    reported = models.IntegerField()
    barred = models.IntegerField(help_text="Erased, or put on the list by hand or by law.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "purpose", "day"], name="one_growth_row_per_day")]


class GrowthKept(InWorkspace):
    """As of when, and of which batch of the timeline, the days of a workspace were rolled up."""

    at = models.DateTimeField()
    batch_no = models.BigIntegerField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="growth_kept_once")]
