"""The sheet of a placement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.strategize.campaigns.queries import current
from duologue.strategize.placements.actions import take_placement
from duologue.strategize.placements.models import PlacementVersion
from duologue.strategize.placements.rules import Placement, read_placement
from duologue.web.sheets.fields import Choice, Day, Field, Lines, Text
from duologue.web.sheets.naming import dialogues
from duologue.web.sheets.options import of_campaigns, of_media, of_sites
from duologue.web.sheets.sheet import Group, Named, Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EXAMPLE: Final = """placement: spring-spot
medium: radio
title: Spring spot
outlet: Ludlow FM
period: {from: "2027-02-01", to: "2027-03-31"}
times: ["2027-02-01 07:40", "2027-02-02 07:40"]
cost: 900 GBP
codes: [SPRING]
"""
GROUPS: Final = (
    Group(
        "What it is",
        (
            Field(("title",), "Name", example="Spring spot", needed=True),
            Choice(("medium",), "Medium", needed=True, options=of_media),
            Field(("outlet",), "Where exactly", "The station, the paper, the place", "Ludlow FM"),
            Text(("about",), "What it is about"),
            Choice(("campaign",), "Part of the campaign", options=of_campaigns),
        ),
    ),
    Group(
        "When",
        (
            Day(("period", "from"), "First day"),
            Day(("period", "to"), "Last day"),
            Lines(("times",), "Spots", "A day and a time on each line", "2027-02-01 07:40"),
            Field(("zone",), "Time zone of the spots", "Empty: ours", "Europe/London"),
        ),
    ),
    Group(
        "How people respond",
        (
            Lines(("codes",), "Codes", "What people scan, type or call: one on each line; a code leads to one placement", "SPRING"),
            Field(("leads_to",), "The page it leads to", example="https://shop.example/spring", options=of_sites),
        ),
    ),
    Group("What it costs", (Field(("cost",), "Cost", example="900 GBP"),)),
)


def keep(workspace: Workspace, name: str, source: str, now: datetime) -> PlacementVersion:
    """Put a placement in force. Raises Mistakes."""
    return take_placement(workspace=workspace, name=name, source=source, now=now)


def warnings(workspace: Workspace, _: str, placement: Placement) -> list[str]:
    """Return what is to be known of a placement that nobody can respond to, or whose campaign is not there."""
    found = [] if placement.codes or placement.leads_to else ["It has no code and leads to no page: nobody can respond to it."]
    if placement.campaign and current(workspace, placement.campaign) is None:
        found.append(f"There is no campaign {placement.campaign}.")
    return found


def named_by(workspace: Workspace, name: str) -> list[Named]:
    """Return the dialogues that it starts."""
    return dialogues(workspace, "placement", name)


SHEET: Final = Sheet(
    word="placement",
    heading="Placements",
    lead="Where an invitation stands, when, at what cost, and the codes by which people respond. A dialogue begins with it.",
    stage="Strategize",
    place="strategize/placements",
    example=EXAMPLE,
    groups=GROUPS,
    model=PlacementVersion,
    read=read_placement,
    keep=keep,
    warnings=warnings,
    every="strategize:placements",
    named_by=named_by,
)
