"""Keeping campaigns in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.database import versions
from duologue.strategize.campaigns import rules
from duologue.strategize.campaigns.models import CampaignVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def take_campaign(*, workspace: Workspace, name: str, source: str, now: datetime, file: str = "") -> CampaignVersion:
    """Put in force what a text says of a campaign. Raises Mistakes."""
    campaign = rules.read_campaign(source, file)
    versions.named(source, campaign.campaign, name, "campaign", file)
    return save_campaign(workspace=workspace, campaign=campaign, now=now, source=source)


def save_campaign(*, workspace: Workspace, campaign: rules.Campaign, now: datetime, source: str = "") -> CampaignVersion:
    """Keep a campaign as a new version; the same again gives the version there is."""
    return versions.keep(CampaignVersion, workspace=workspace, name=campaign.campaign, data=rules.to_json(campaign), now=now, source=source)
