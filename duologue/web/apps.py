"""Start-up of the web floor."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The web floor as Django knows it."""

    name = "duologue.web"
    label = "web"
