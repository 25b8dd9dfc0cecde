"""Keeping campaigns in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.strategize import versions
from duologue.strategize.campaigns import rules
from duologue.strategize.campaigns.models import CampaignVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def save_campaign(*, workspace: Workspace, campaign: rules.Campaign, now: datetime) -> CampaignVersion:
    """Keep a campaign as a new version; the same again gives the version there is."""
    return versions.keep(CampaignVersion, workspace=workspace, name=campaign.campaign, data=rules.to_json(campaign), now=now)
