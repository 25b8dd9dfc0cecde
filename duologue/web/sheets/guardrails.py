"""The sheet of the guardrails, of which a workspace has one set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.engage.channels.registry import names
from duologue.strategize.guardrails.actions import take_guardrails
from duologue.strategize.guardrails.models import NAME, GuardrailsVersion
from duologue.strategize.guardrails.rules import Guardrails, read_guardrails
from duologue.web.sheets.options import of_channels
from duologue.web.sheets.protection import Caps, Hours
from duologue.web.sheets.sheet import Group, Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EXAMPLE: Final = """caps:
  - {at_most: 2, within: 7d, channel: email}
  - {at_most: 6, within: 30d}
window: "Mo-Sa 08:00-21:00"
"""
GROUPS: Final = (
    Group(
        "How much at most",
        (Caps(("caps",), "Messages to one person, over all dialogues", options=of_channels),),
        "Promotions count, what people need to know about an order does not. Empty lines are left out.",
    ),
    Group(
        "When at all",
        (Hours(("window",), "Only between", also=("quiet", "window")),),
        "On the clock of each person. A turn that names hours of its own keeps to those. Without times, always.",
    ),
)


def keep(workspace: Workspace, _: str, source: str, now: datetime) -> GuardrailsVersion:
    """Put the guardrails in force. Raises Mistakes."""
    return take_guardrails(workspace=workspace, source=source, now=now)


def warnings(_: Workspace, _name: str, guardrails: Guardrails) -> list[str]:
    """Return what is to be known of caps that let nothing through, or that count nothing."""
    found = ["A cap of 0 lets no promotion through at all."] if any(one.at_most == 0 for one in guardrails.caps) else []
    unknown = sorted({one.channel for one in guardrails.caps if one.channel} - names())
    return [*found, *(f"The channel {one} has no way out here yet." for one in unknown)]


SHEET: Final = Sheet(
    word=NAME,
    heading="Guardrails",
    lead="What protects people and brand. It holds at once, for every dialogue and all that has not left yet.",
    stage="Strategize",
    place="strategize/guardrails",
    example=EXAMPLE,
    groups=GROUPS,
    model=GuardrailsVersion,
    read=read_guardrails,
    keep=keep,
    warnings=warnings,
    every="strategize:guardrails",
    only=NAME,
)
