"""Start-up of the people floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.platform.jobs.app import register_jobs
from duologue.platform.registry.ports import register_personal_data


class PeopleConfig(AppConfig):
    """The people floor as Django knows it."""

    name = "duologue.people"
    label = "people"

    def ready(self) -> None:
        """Register who holds personal data here, and make the nightly job known."""
        register_jobs("duologue.people.intake.jobs", "duologue.people.retention.tasks")
        register_personal_data("duologue.people.privacy.holder.PeopleData")
