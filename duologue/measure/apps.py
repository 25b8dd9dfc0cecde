"""Start-up of the measure floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.platform.jobs.app import register_jobs


class MeasureConfig(AppConfig):
    """The measure floor as Django knows it."""

    name = "duologue.measure"
    label = "measure"

    def ready(self) -> None:
        """Make the floor's jobs known."""
        register_jobs(*(f"duologue.measure.{room}.tasks" for room in ("buyers", "growth", "letters", "reports")))
