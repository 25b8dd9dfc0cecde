"""Start-up of the strategize floor."""

from __future__ import annotations

from django.apps import AppConfig


class StrategizeConfig(AppConfig):
    """The strategize floor as Django knows it."""

    name = "duologue.strategize"
    label = "strategize"

    def ready(self) -> None:
        """Fill the ports: who follows the timeline, who holds personal data."""
        from duologue.platform.registry.ports import register_follower, register_personal_data  # noqa: PLC0415 - apps must be ready
        from duologue.strategize.segments.follower import SegmentsFollower  # noqa: PLC0415
        from duologue.strategize.segments.history import LakeFollower, LakeHolder  # noqa: PLC0415
        from duologue.strategize.segments.personal import SegmentsHolder  # noqa: PLC0415

        register_follower(SegmentsFollower())
        register_follower(LakeFollower(rest=1.0))
        register_personal_data(SegmentsHolder())
        register_personal_data(LakeHolder())
