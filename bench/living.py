"""A workspace in which everybody was in one dialogue: what pages must be quick with, made by SQL on top of the crowd."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from bench.crowd import NOON, crowd

EVERYTHING = Path(__file__).with_suffix(".sql")

DIALOGUE = """
dialogue: win-back
about: Asks everybody back
purpose: promotions
audience: everybody
start: invite
goal: {event: Order Completed, within: 30d}
turns:
  invite:
    wait: 3d
    then: last
  last:
    wait: 3d
    then: end
"""
SEGMENT = "segment: everybody\nabout: For measuring\nwhere: {person.first_name: {known: true}}\n"
OFFER = "offer: ten-percent\nkind: discount\nworth: 10%\ncode: generated\nlasts: 14d\n"


def living(workspace, people: int) -> None:
    """Fill it with people, and for each six events, an admission, mostly a run, a delivery and a mail, for half a perk; conversations."""
    from duologue.strategize.dialogues.actions import publish, save_draft, set_state
    from duologue.strategize.offers.actions import save_offer
    from duologue.strategize.offers.rules import read_offer
    from duologue.strategize.segments.actions import save_segment

    crowd(workspace, people)
    segment = save_segment(workspace=workspace, name="everybody", source_yaml=SEGMENT, now=NOON)
    save_offer(workspace=workspace, offer=read_offer(OFFER, "ten-percent.yaml"), now=NOON)
    save_draft(workspace=workspace, name="win-back", source=DIALOGUE)
    publish(workspace=workspace, name="win-back", pins={}, now=NOON)
    set_state(workspace=workspace, name="win-back", state="live", now=NOON)
    with connection.cursor() as cursor:
        for statement in EVERYTHING.read_text().split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"workspace": workspace.pk, "now": NOON, "segment": segment.pk})
        cursor.execute("VACUUM ANALYZE")
