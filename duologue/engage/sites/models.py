"""Sites in versions, with the draft of the next one."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Site(InWorkspace):
    """A page of the brand, and how many forms came in by it. `current` is 0 until a version is published."""

    name = models.CharField(max_length=63)
    current = models.IntegerField(default=0)
    forms = models.BigIntegerField(default=0)
    draft = models.TextField(blank=True, help_text="The YAML of what is to come; only members see it.")
    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.CharField(max_length=254, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_site_per_name")]


class SiteVersion(InWorkspace):
    """One version of a site, as its YAML and as `rules.page.Site` in JSON (a text, since the order of its keys means something)."""

    site = link("engage.Site")
    number = models.IntegerField()
    source = models.TextField()
    data = models.TextField()
    since = models.DateTimeField()
    published_by = models.CharField(max_length=254, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "site", "number"], name="site_versions")]
