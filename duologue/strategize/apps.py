"""Start-up of the strategize floor."""

from __future__ import annotations

from django.apps import AppConfig


class StrategizeConfig(AppConfig):
    """The strategize floor as Django knows it."""

    name = "duologue.strategize"
    label = "strategize"
