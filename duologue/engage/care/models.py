"""How a workspace cares."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class CareRules(InWorkspace):
    """The workspace's care.yaml, live: `source` as written, `data` is `rules.Care`."""

    source = models.TextField()
    data = models.TextField(help_text="JSON, in the order in which it was written.")
    changed_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace"], name="one_set_of_care_rules")]
