"""Start-up of the platform floor."""

from __future__ import annotations

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The platform floor as Django knows it."""

    name = "duologue.platform"
    label = "platform"

    def ready(self) -> None:
        """Make the ground's own jobs known, and moments quick to read."""
        from duologue.platform.database.moments import read_moments_fast  # noqa: PLC0415 the driver is there only now
        from duologue.platform.jobs import tasks  # noqa: F401, PLC0415 models are there only now

        read_moments_fast()
