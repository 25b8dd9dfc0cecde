"""Reading campaigns, and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from duologue.platform.database import versions
from duologue.strategize.campaigns import rules
from duologue.strategize.campaigns.models import CampaignVersion
from duologue.strategize.dialogues.models import DialogueVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class InForce:
    """The version of a campaign that is in force, and since when."""

    campaign: rules.Campaign
    number: int
    since: datetime


def current(workspace: Workspace, name: str) -> InForce | None:
    """Return the version of a campaign that is in force, or None."""
    row = versions.in_force(CampaignVersion, workspace, name)
    return _made(row) if row else None


def campaigns(workspace: Workspace) -> list[InForce]:
    """Return all campaigns, by name."""
    return [_made(row) for row in versions.all_in_force(CampaignVersion, workspace)]


def dialogues_of(workspace: Workspace, name: str = "") -> list[DialogueVersion]:
    """Return the versions in force that serve a campaign, or any; broadcasts too. `plan["serves"]["campaign"]` says which."""
    rows = DialogueVersion.within(workspace).select_related("dialogue").filter(number=F("dialogue__current"))
    rows = rows.filter(plan__serves__campaign=name) if name else rows.filter(plan__serves__has_key="campaign")
    return list(rows.order_by("dialogue__name"))


def _made(row: CampaignVersion) -> InForce:
    return InForce(rules.from_json(row.data), row.number, row.since)
