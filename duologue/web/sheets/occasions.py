"""The sheet of an occasion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.engage.runs.moving import put_occasion_in_force, under_way_for
from duologue.kit.clock import parse_moment
from duologue.platform.workspaces.queries import now
from duologue.strategize.campaigns.queries import current
from duologue.strategize.occasions.models import OccasionVersion
from duologue.strategize.occasions.rules import Occasion, read_occasion
from duologue.web.sheets.fields import Choice, Field, Moment, Number, Text
from duologue.web.sheets.naming import dialogues
from duologue.web.sheets.options import of_campaigns
from duologue.web.sheets.sheet import Group, Named, Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EXAMPLE: Final = """occasion: tasting
title: Tea tasting
about: Six teas, one evening
starts_at: "2027-03-12 18:00"
ends_at: "2027-03-12 20:00"
place: 3 Broad Street, Ludlow
seats: 24
"""
GROUPS: Final = (
    Group(
        "What it is",
        (
            Field(("title",), "Name", example="Tea tasting", needed=True),
            Text(("about",), "What it is about", example="Six teas, one evening"),
            Choice(("campaign",), "Part of the campaign", options=of_campaigns),
        ),
    ),
    Group(
        "When",
        (
            Moment(("starts_at",), "Begins"),
            Moment(("ends_at",), "Ends"),
            Field(("zone",), "Time zone", "Empty: ours", "Europe/London"),
        ),
        "Without a beginning each booking says its own. Where it moves, those who wait for it look again at once.",
    ),
    Group(
        "Where, and for how many",
        (
            Field(("place",), "Place", example="3 Broad Street, Ludlow"),
            Field(("link",), "Link", "For what happens on the web", "https://shop.example/tasting"),
            Number(("seats",), "Seats", "Empty: no limit"),
        ),
    ),
)


def keep(workspace: Workspace, name: str, source: str, now: datetime) -> OccasionVersion:
    """Put an occasion in force; those who wait for it look again. Raises Mistakes."""
    return put_occasion_in_force(workspace=workspace, name=name, source=source, now=now)


def warnings(workspace: Workspace, _: str, occasion: Occasion) -> list[str]:
    """Return what is to be known of an occasion that has begun, or whose campaign is not there."""
    begins = parse_moment(occasion.starts_at, occasion.zone or workspace.timezone)
    found = ["It has begun already."] if begins and begins <= now(workspace) else []
    if occasion.campaign and current(workspace, occasion.campaign) is None:
        found.append(f"There is no campaign {occasion.campaign}.")
    return found


def named_by(workspace: Workspace, name: str) -> list[Named]:
    """Return the dialogues that listen for it."""
    return dialogues(workspace, "occasion", name)


def held_by(workspace: Workspace, name: str) -> list[str]:
    """Return who is under way for it."""
    people = under_way_for(workspace, name)
    return [f"{people:,} {'run' if people == 1 else 'runs'} under way"] if people else []


SHEET: Final = Sheet(
    word="occasion",
    heading="Occasions",
    lead="What has a date, a place or a link, and seats. Dialogues wait for its moments, and letters tell them.",
    stage="Strategize",
    place="strategize/occasions",
    example=EXAMPLE,
    groups=GROUPS,
    model=OccasionVersion,
    read=read_occasion,
    keep=keep,
    warnings=warnings,
    every="strategize:occasions",
    named_by=named_by,
    held_by=held_by,
)
