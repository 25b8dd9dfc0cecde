"""Start-up of the platform floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.platform.jobs.app import register_jobs


class PlatformConfig(AppConfig):
    """The platform floor as Django knows it."""

    name = "duologue.platform"
    label = "platform"

    def ready(self) -> None:
        """Make the ground's own jobs known, moments quick to read, and plans kept."""
        from duologue.platform.database.moments import read_moments_fast  # noqa: PLC0415 the driver is there only now
        from duologue.platform.database.plans import keep_plans  # noqa: PLC0415 likewise

        register_jobs("duologue.platform.jobs.tasks", "duologue.platform.jobs.left")

        read_moments_fast()
        keep_plans()
