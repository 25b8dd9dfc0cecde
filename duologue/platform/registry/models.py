"""How far each follower has read, and who may write to which shard of people."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Cursor(InWorkspace):
    """The last batch of the timeline that a follower has dealt with."""

    follower = models.CharField(max_length=40)
    batch_no = models.BigIntegerField(default=0)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "follower"], name="one_cursor_per_follower")]


class ShardLease(models.Model):
    """Who writes for the people of one shard. `epoch` rises whenever the lease changes hands."""

    pk = models.CompositePrimaryKey("role", "shard")
    role = models.CharField(max_length=16)
    shard = models.SmallIntegerField()
    owner = models.CharField(max_length=64)
    epoch = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField()


class ShardOwner(models.Model):
    """Who asks for shards at present, so that each gets a fair share."""

    pk = models.CompositePrimaryKey("role", "owner")
    role = models.CharField(max_length=16)
    owner = models.CharField(max_length=64)
    seen_until = models.DateTimeField()
