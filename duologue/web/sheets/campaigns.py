"""The sheet of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.kit.clock import zone_named
from duologue.platform.workspaces.queries import now
from duologue.strategize.campaigns.actions import take_campaign
from duologue.strategize.campaigns.models import CampaignVersion
from duologue.strategize.campaigns.rules import Campaign, read_campaign
from duologue.strategize.dialogues.referring import referring
from duologue.web.sheets.fields import Day, Field, Number, Text
from duologue.web.sheets.naming import in_campaign, listed
from duologue.web.sheets.sheet import Group, Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EXAMPLE: Final = """campaign: spring
title: Spring
about: What we do before Easter
period: {from: "2027-02-01", to: "2027-04-05"}
goal: {event: Order Completed, value: revenue, at_least: 20000 GBP}
budget: 3000 GBP
"""
GROUPS: Final = (
    Group(
        "What it is",
        (
            Field(("title",), "Name", example="Spring", needed=True),
            Text(("about",), "What it is about", example="What we do before Easter"),
            Field(("owner",), "Who looks after it", example="Imogen"),
        ),
    ),
    Group(
        "When",
        (Day(("period", "from"), "First day"), Day(("period", "to"), "Last day")),
        "An empty day leaves that end open. Its dialogues are paused by hand, or by their own last day.",
    ),
    Group(
        "What it is for",
        (
            Field(("goal", "event"), "People do", example="Order Completed"),
            Number(("goal", "at_least"), "How much we hope for", "So many times, or a sum of money", "20000 GBP"),
            Field(("goal", "value"), "The part of it that is money", "Needed for a sum", "revenue"),
        ),
    ),
    Group(
        "What it may cost", (Field(("budget",), "Budget", "What dialogues may spend and placements cost is set against it", "3000 GBP"),)
    ),
)


def keep(workspace: Workspace, name: str, source: str, now: datetime) -> CampaignVersion:
    """Put a campaign in force. Raises Mistakes."""
    return take_campaign(workspace=workspace, name=name, source=source, now=now)


def warnings(workspace: Workspace, name: str, campaign: Campaign) -> list[str]:
    """Return what is to be known of a campaign that is over while some of it goes on."""
    today = now(workspace).astimezone(zone_named(workspace.timezone)).date().isoformat()
    if not campaign.period.to or campaign.period.to >= today:
        return []
    live = [one.name.replace("-", " ") for one in referring(workspace, "campaign", name) if one.state == "live"]
    return [f"It is over, and still live in it: {listed(live)}. Pause what is to end with it, or give it more days."] if live else []


SHEET: Final = Sheet(
    word="campaign",
    heading="Campaigns",
    lead="What is done together for one goal, for a time and at a cost. Dialogues, broadcasts, placements and occasions name it.",
    stage="Strategize",
    place="strategize/campaigns",
    example=EXAMPLE,
    groups=GROUPS,
    model=CampaignVersion,
    read=read_campaign,
    keep=keep,
    warnings=warnings,
    every="strategize:campaigns",
    one="strategize:campaign",
    named_by=in_campaign,
)
