"""Start-up of the people floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.platform.registry.ports import register_personal_data


class PeopleConfig(AppConfig):
    """The people floor as Django knows it."""

    name = "duologue.people"
    label = "people"

    def ready(self) -> None:
        """Register who holds personal data here, and make the nightly job known."""
        from duologue.people.intake import jobs  # noqa: F401, PLC0415  apps must be ready

        register_personal_data("duologue.people.privacy.holder.PeopleData")
