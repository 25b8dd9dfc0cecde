"""Start-up of the brand floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.platform.jobs.app import register_jobs


class BrandConfig(AppConfig):
    """The brand floor as Django knows it."""

    name = "duologue.brand"
    label = "brand"

    def ready(self) -> None:
        """Make the floor's jobs known."""
        register_jobs("duologue.brand.catalogue.jobs")
