"""When the services that may tell us last did."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class CarrierHeard(InWorkspace):
    """The last proved call of a service, by its name. What is needed to believe it is a secret, and kept with the secrets."""

    name = models.CharField(max_length=39)
    heard_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_moment_per_carrier")]
