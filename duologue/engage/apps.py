"""Start-up of the engage floor."""

from __future__ import annotations

from django.apps import AppConfig

from duologue.engage.messages.conditions import ask_before_leaving
from duologue.platform.jobs.app import register_jobs
from duologue.platform.registry.ports import register_followers, register_personal_data


class EngageConfig(AppConfig):
    """The engage floor as Django knows it."""

    name = "duologue.engage"
    label = "engage"

    def ready(self) -> None:
        """Make the floor's jobs known, and fill the ports.

        Perks are redeemed, and contributions taken back, before runs hear of it; who looked at what waits until runs have
        spoken, unless it is read together with them.
        """
        register_jobs(
            "duologue.engage.runs.jobs", "duologue.engage.perks.jobs", "duologue.engage.products.jobs", "duologue.engage.uploads.jobs"
        )
        register_followers(
            "duologue.engage.perks.follower.PerkFollower",
            "duologue.engage.contributions.follower.ContributionFollower",
            "duologue.engage.runs.follower.RunFollower",
            "duologue.engage.products.follower.ProductFollower",
        )
        ask_before_leaving("duologue.engage.runs.conditions.no_longer")
        register_personal_data(
            "duologue.engage.runs.personal.RunData",
            "duologue.engage.webhooks.personal.CallData",
            "duologue.engage.endpoints.personal.UntakenData",
            "duologue.engage.perks.personal.PerkData",
            "duologue.engage.products.personal.LookedData",
            "duologue.engage.messages.personal.DeliveryData",
            "duologue.engage.channels.personal.KeptMailData",
            "duologue.engage.contributions.personal.ContributionData",
            "duologue.engage.conversations.personal.ConversationData",
        )
