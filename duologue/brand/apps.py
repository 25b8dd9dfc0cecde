"""Start-up of the brand floor."""

from __future__ import annotations

from django.apps import AppConfig


class BrandConfig(AppConfig):
    """The brand floor as Django knows it."""

    name = "duologue.brand"
    label = "brand"
