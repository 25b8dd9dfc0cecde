"""Start-up of the platform floor."""

from __future__ import annotations

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The platform floor as Django knows it."""

    name = "duologue.platform"
    label = "platform"
