"""What names what a sheet describes, each with where it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from duologue.engage.broadcasts.rules.texts import is_broadcast
from duologue.strategize.dialogues.referring import referring
from duologue.strategize.occasions.queries import occasions
from duologue.strategize.placements.queries import placements
from duologue.web.sheets.sheet import Named

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.referring import Referring


def dialogues(workspace: Workspace, kind: str, name: str) -> list[Named]:
    """Return the dialogues and broadcasts that name it."""
    return [_dialogue(workspace, one) for one in referring(workspace, kind, name)]


def in_campaign(workspace: Workspace, name: str) -> list[Named]:
    """Return the dialogues, broadcasts, placements and occasions that belong to a campaign."""
    stands = [one.placement for one in placements(workspace) if one.placement.campaign == name]
    dates = [one.occasion for one in occasions(workspace) if one.occasion.campaign == name]
    return [
        *dialogues(workspace, "campaign", name),
        *(Named("Placement", one.name, f"{reverse('strategize:placements', args=[workspace.name])}#{one.placement}") for one in stands),
        *(Named("Occasion", one.name, f"{reverse('strategize:occasions', args=[workspace.name])}#{one.occasion}") for one in dates),
    ]


def _dialogue(workspace: Workspace, one: Referring) -> Named:
    called = one.name.replace("-", " ").capitalize()
    if is_broadcast(one.plan):
        return Named("Broadcast", one.plan.about or called, reverse("engage:broadcast", args=[workspace.name, one.name]), one.state)
    return Named("Dialogue", called, reverse("strategize:dialogue", args=[workspace.name, one.name]), one.state)


def listed(names: list[str]) -> str:
    """Return names as they are said: one, one and another, or some with how many more."""
    return " and ".join(names) if len(names) < 3 else f"{names[0]}, {names[1]} and {len(names) - 2} more"
