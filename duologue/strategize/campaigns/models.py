"""Campaigns in versions."""

from __future__ import annotations

from duologue.platform.database.versions import NamedVersion


class CampaignVersion(NamedVersion):
    """One version of a campaign; `data` is `rules.Campaign` as JSON."""
