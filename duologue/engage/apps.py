"""Start-up of the engage floor."""

from __future__ import annotations

from django.apps import AppConfig


class EngageConfig(AppConfig):
    """The engage floor as Django knows it."""

    name = "duologue.engage"
    label = "engage"
