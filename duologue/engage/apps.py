"""Start-up of the engage floor."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

HOLDERS = ("runs", "perks", "messages", "channels", "conversations")


class EngageConfig(AppConfig):
    """The engage floor as Django knows it."""

    name = "duologue.engage"
    label = "engage"

    def ready(self) -> None:
        """Fill the ports: perks are redeemed before runs hear of it."""
        from duologue.engage.perks.follower import PerkFollower  # noqa: PLC0415 models are ready only now
        from duologue.engage.runs.follower import RunFollower  # noqa: PLC0415
        from duologue.platform.registry.ports import register_follower, register_personal_data  # noqa: PLC0415

        register_follower(PerkFollower())
        register_follower(RunFollower())
        for room in HOLDERS:
            module = f"{self.name}.{room}.personal"
            if find_spec(module):
                register_personal_data(import_module(module).holder)
