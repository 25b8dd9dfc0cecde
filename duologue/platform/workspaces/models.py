"""Workspaces, their own hosts, and the plan files they were set up from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from duologue.platform.database.models import InWorkspace


class Workspace(models.Model):
    """One brand's walled room. `clock_at` is set exactly when the clock is virtual."""

    class Clock(models.TextChoices):
        LIVE = "live"
        VIRTUAL = "virtual"

    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=200)
    seed = models.BigIntegerField()
    salt = models.BinaryField(max_length=32)
    timezone = models.CharField(max_length=64, default="UTC")
    locale = models.CharField(max_length=35, default="en")
    country = models.CharField(max_length=2, default="GB")
    currency = models.CharField(max_length=3, default="GBP")
    clock = models.CharField(max_length=7, choices=Clock, default=Clock.LIVE)
    clock_at = models.DateTimeField(null=True, blank=True)
    sending_stopped_at = models.DateTimeField(null=True, blank=True)
    sending_stopped_because = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    restored_from = models.DateTimeField(null=True, blank=True, help_text="The moment of the backup it was last restored from.")
    restored_at = models.DateTimeField(null=True, blank=True, help_text="Until when it is not known here what happened since.")

    objects = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(clock="live", clock_at__isnull=True) | Q(clock="virtual", clock_at__isnull=False), name="workspace_clock"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_virtual(self) -> bool:
        return self.clock == self.Clock.VIRTUAL


class Host(InWorkspace):
    """A host name of the brand's own, under which its pages for people are served; at its root stands the page called `home`."""

    name = models.CharField(max_length=255)
    home = models.CharField(max_length=63, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["name"], name="one_workspace_per_host")]


class PlanFile(InWorkspace):
    """A file of the applied plan folder, kept byte for byte so that a dump gives it back."""

    path = models.CharField(max_length=300)
    content = models.BinaryField()
    edited_on_screen = models.BooleanField(default=False)
    applied_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "path"], name="one_plan_file_per_path")]
