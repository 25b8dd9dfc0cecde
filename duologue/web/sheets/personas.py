"""The sheet of a persona."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.brand.personas.actions import take_persona
from duologue.brand.personas.models import PersonaVersion
from duologue.brand.personas.rules import Persona, read_persona
from duologue.strategize.segments.models import Segment
from duologue.web.sheets.fields import Choice, Field, Lines, Text
from duologue.web.sheets.naming import dialogues
from duologue.web.sheets.options import of_segments
from duologue.web.sheets.sheet import Group, Named, Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EXAMPLE: Final = """persona: gift-giver
title: The gift-giver
about: Buys for others, late, and wants it to look as if early.
wants: [to be thanked]
needs: [wrapping]
media: [radio]
"""
GROUPS: Final = (
    Group(
        "Who they are",
        (
            Field(("title",), "Name", example="The gift-giver", needed=True),
            Text(("about",), "In a few words", example="Buys for others, late, and wants it to look as if early."),
            Choice(("segment",), "The segment that they stand for", "It says how many of them there are", options=of_segments),
        ),
    ),
    Group(
        "What moves them",
        (
            Lines(("wants",), "They want", example="to be thanked"),
            Lines(("needs",), "They need", example="wrapping"),
            Lines(("tastes",), "They like", example="plain paper"),
            Lines(("media",), "They read, hear and watch", example="radio"),
        ),
        "One on each line.",
    ),
)


def keep(workspace: Workspace, name: str, source: str, now: datetime) -> PersonaVersion:
    """Put a persona in force. Raises Mistakes."""
    return take_persona(workspace=workspace, name=name, source=source, now=now)


def warnings(workspace: Workspace, _: str, persona: Persona) -> list[str]:
    """Return what is to be known of a persona without a size."""
    if not persona.segment:
        return ["It names no segment, so that nobody knows how many there are."]
    if Segment.within(workspace).filter(name=persona.segment).exists():
        return []
    return [f"There is no segment {persona.segment}."]


def named_by(workspace: Workspace, name: str) -> list[Named]:
    """Return the dialogues that serve it."""
    return dialogues(workspace, "persona", name)


SHEET: Final = Sheet(
    word="persona",
    heading="Personas",
    lead="A typical customer: what they want, need and like. Dialogues say whom they serve.",
    stage="Brand",
    place="brand/personas",
    example=EXAMPLE,
    groups=GROUPS,
    model=PersonaVersion,
    read=read_persona,
    keep=keep,
    warnings=warnings,
    every="brand:personas",
    named_by=named_by,
)
