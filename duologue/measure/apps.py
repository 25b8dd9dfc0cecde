"""Start-up of the measure floor."""

from __future__ import annotations

from django.apps import AppConfig


class MeasureConfig(AppConfig):
    """The measure floor as Django knows it."""

    name = "duologue.measure"
    label = "measure"

    def ready(self) -> None:
        """Make the floor's jobs known."""
        from duologue.measure.reports import tasks  # noqa: F401, PLC0415 models are there only now
