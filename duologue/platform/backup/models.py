"""What the database knows of its own backups."""

from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """One row. `generation` rises with each start, backup and restore; the data folder keeps the same number."""

    generation = models.BigIntegerField(default=0)
    backed_up_at = models.DateTimeField(null=True)
    backed_up_to = models.CharField(max_length=500, blank=True)
    backed_up_bytes = models.BigIntegerField(default=0)
    restored_at = models.DateTimeField(null=True)
    restored_from = models.DateTimeField(null=True, help_text="The moment that the database was put back to.")
    restoring = models.BooleanField(default=False, help_text="A restore has begun and not ended: nothing may be sent.")

    objects = models.Manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]
