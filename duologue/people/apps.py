"""Start-up of the people floor."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people floor as Django knows it."""

    name = "duologue.people"
    label = "people"

    def ready(self) -> None:
        """Register who holds personal data here, and make the nightly job known."""
        from duologue.people.intake import jobs  # noqa: F401, PLC0415  apps must be ready
        from duologue.people.privacy.holder import PeopleData  # noqa: PLC0415  apps must be ready
        from duologue.platform.registry.ports import register_personal_data  # noqa: PLC0415  apps must be ready

        register_personal_data(PeopleData())
