"""Segments and who is in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Segment(InWorkspace):
    """A named rule that picks people. `rule` is the checked tree as JSON; `reads` names the events and facts it looks at."""

    name = models.CharField(max_length=63)
    about = models.CharField(max_length=300, blank=True)
    source = models.TextField(help_text="The YAML it was written as.")
    rule = models.JSONField()
    reads = ArrayField(models.CharField(max_length=140), default=list)
    revision = models.IntegerField(default=1)
    swept_revision = models.IntegerField(default=0, help_text="The revision whose members were last counted in full.")
    swept_at = models.DateTimeField(null=True)
    mended = models.IntegerField(default=0, help_text="Members that the last repair sweep had to correct; the goal is 0.")
    size = models.IntegerField(default=0)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_segment_per_name")]


class SegmentMember(InWorkspace):
    """A person's standing towards a segment: in it or not, since when, and when that must be looked at again."""

    pk = models.CompositePrimaryKey("workspace", "segment", "person")
    segment = link("strategize.Segment")
    person = models.BigIntegerField()
    shard = models.SmallIntegerField()
    member = models.BooleanField()
    since = models.DateTimeField()
    recheck_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        indexes = [
            models.Index(fields=["workspace", "segment", "person"], name="members_now", condition=models.Q(member=True)),
            models.Index(fields=["workspace", "recheck_at"], name="members_to_recheck", condition=models.Q(recheck_at__isnull=False)),
            models.Index(fields=["workspace", "person"], name="segments_of_person", condition=models.Q(member=True)),
        ]
