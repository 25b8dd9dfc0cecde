"""Start-up of the platform floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.platform.jobs.app import register_jobs


class PlatformConfig(AppConfig):
    """The platform floor as Django knows it."""

    name = "duologue.platform"
    label = "platform"

    def ready(self) -> None:
        """Make the ground's own jobs known, and moments quick to read."""
        from duologue.platform.database.moments import read_moments_fast  # noqa: PLC0415 the driver is there only now

        register_jobs("duologue.platform.jobs.tasks")

        read_moments_fast()
