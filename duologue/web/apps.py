"""Start-up of the web floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.engage.sites.rendering import rendered_by


class WebConfig(AppConfig):
    """The web floor as Django knows it."""

    name = "duologue.web"
    label = "web"

    def ready(self) -> None:
        """Say how a page is made for whoever asks what it weighs."""
        rendered_by("duologue.web.public.weighed.page_and_style")
