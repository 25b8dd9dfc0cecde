"""Start-up of the measure floor."""

from __future__ import annotations

from django.apps import AppConfig


class MeasureConfig(AppConfig):
    """The measure floor as Django knows it."""

    name = "duologue.measure"
    label = "measure"
