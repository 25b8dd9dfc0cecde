"""Keeping campaigns in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.strategize.campaigns import rules
from duologue.strategize.campaigns.models import CampaignVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_campaign(*, workspace: Workspace, campaign: rules.Campaign, now: datetime) -> CampaignVersion:
    """Keep a campaign as a new version; the same again gives the version there is."""
    data = rules.to_json(campaign)
    newest = CampaignVersion.within(workspace).filter(name=campaign.campaign).order_by("-number").first()
    if newest is not None and newest.data == data:
        return newest
    number = newest.number + 1 if newest else 1
    version = CampaignVersion(workspace=workspace, name=campaign.campaign, number=number, data=data, since=now)
    version.save()
    return version
