"""Start-up of the strategize floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.platform.registry.ports import register_followers, register_personal_data


class StrategizeConfig(AppConfig):
    """The strategize floor as Django knows it."""

    name = "duologue.strategize"
    label = "strategize"

    def ready(self) -> None:
        """Fill the ports: who follows the timeline, who holds personal data."""
        register_followers("duologue.strategize.segments.follower.SegmentsFollower", "duologue.strategize.segments.history.LakeFollower")
        register_personal_data("duologue.strategize.segments.personal.SegmentsHolder", "duologue.strategize.segments.history.LakeHolder")
