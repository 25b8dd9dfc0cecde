"""Start-up of the people floor."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people floor as Django knows it."""

    name = "duologue.people"
    label = "people"
