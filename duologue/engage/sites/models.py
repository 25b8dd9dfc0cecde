"""Sites in versions."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Site(InWorkspace):
    """A page of the brand, and how many forms came in by it."""

    name = models.CharField(max_length=63)
    current = models.IntegerField(default=1)
    forms = models.BigIntegerField(default=0)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_site_per_name")]


class SiteVersion(InWorkspace):
    """One version of a site. `data` is `rules.Site` as JSON."""

    site = link("engage.Site")
    number = models.IntegerField()
    data = models.JSONField()
    since = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "site", "number"], name="site_versions")]
