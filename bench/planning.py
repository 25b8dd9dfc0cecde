"""Before a broadcast leaves: the launch sheet over its whole audience, then its letters planned by the engine, none of them sent.

Of the audience a fifth has not agreed, one in a hundred bounced, one in a hundred asked for quiet, and a tenth is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from bench.crowd import NOON, crowd
from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

WEIGHED, PLANNED = (100_000, 1_000_000), (20_000, 100_000)  # people on the sheet, and those who are planned for
SHEET_GOAL = 100_000
PLAN_GOAL = 10_000
SEGMENT = "segment: everybody\nabout: For measuring\nwhere: {person.first_name: {known: true}}\n"
DIALOGUE = """
dialogue: letter
about: Says one thing to everybody
purpose: promotions
audience: everybody
holdout: 10%
turns:
  once: {say: hello, then: end}
"""
MESSAGE = {"subject": "Hello", "body": "Hello {{ person.first_name }}", "fallback": {"person.first_name": "you"}}
LOTS = (
    "DELETE FROM people_consentnow WHERE workspace_id = %(workspace)s AND profile_id %% 5 = 0",
    """INSERT INTO people_pause (workspace_id, profile_id, because, since)
       SELECT workspace_id, id, 'snoozed', %(now)s FROM people_profile WHERE workspace_id = %(workspace)s AND id %% 100 = 1""",
    "VACUUM ANALYZE people_consentnow, people_pause",
)


def measure(_folder: Path, size: Size) -> list[Row]:
    weighed, planned = size.many(*WEIGHED), size.many(*PLANNED)
    _planned(_furnished("warming-up", 100), 100)  # what a worker loads once in its life is not part of a figure
    sheet = _sheet(_furnished("bench-sheet", weighed), weighed)
    return [sheet, _planned(_furnished("bench-plan", planned), planned)]


def _sheet(workspace, count: int) -> Row:
    from duologue.engage.runs.launch import launch_sheet
    from duologue.platform.database.clock import database_now

    with Meter() as meter:
        found = launch_sheet(workspace=workspace, name="letter", now=database_now())
    assert found.people == count == found.now + found.later.total() + found.never.total(), found
    assert {"suppressed", "no_consent", "held_out"} == found.never.keys(), found
    assert found.later["snoozed"], found
    return meter.row(f"launch sheet for {count:,}", "people/s", count, limit=None, goal=SHEET_GOAL)


def _planned(workspace, count: int) -> Row:
    from duologue.cli.worker.once import WORKER, turn_the_wheel
    from duologue.engage.messages.models import Delivery
    from duologue.engage.runs.actions import start_dialogue
    from duologue.engage.runs.launch import launch_sheet
    from duologue.platform.database.clock import database_now

    now = database_now()
    said = launch_sheet(workspace=workspace, name="letter", now=now)
    with Meter() as meter:
        start_dialogue(workspace=workspace, name="letter", now=now)
        turn_the_wheel(workspace, now, WORKER)
    queued = Delivery.within(workspace).filter(state="queued").count()
    assert queued == said.now + said.later.total(), f"{queued} were planned, and the sheet said {said}"
    return meter.row(f"plan a broadcast to {count:,}, some left out", "people/s", count, limit=None, goal=PLAN_GOAL)


def _furnished(name: str, count: int):
    from duologue.engage.messages.actions import save_message
    from duologue.engage.runs.actions import count_first
    from duologue.people.consent.actions import suppress
    from duologue.people.identifiers.models import Identifier
    from duologue.platform.workspaces.actions import create_workspace
    from duologue.strategize.dialogues.actions import publish, save_draft
    from duologue.strategize.segments.actions import save_segment
    from duologue.strategize.segments.models import Segment

    workspace = create_workspace(name=name)
    crowd(workspace, count)
    with connection.cursor() as cursor:
        for sql in LOTS:
            cursor.execute(sql, {"workspace": workspace.pk, "now": NOON})
    addresses = list(Identifier.within(workspace).extra(where=["profile_id %% 100 = 3"]).values_list("value", flat=True))
    suppress(workspace=workspace, channel="email", addresses=addresses, reason="hard_bounce", now=NOON)
    save_message(workspace=workspace, name="hello", source=MESSAGE, now=NOON)
    save_segment(workspace=workspace, name="everybody", source_yaml=SEGMENT, now=NOON)
    save_draft(workspace=workspace, name="letter", source=DIALOGUE)
    publish(workspace=workspace, name="letter", pins={}, now=NOON)
    count_first(workspace, "everybody", NOON)
    assert Segment.within(workspace).get(name="everybody").size == count
    workspace.sending_stopped_at = NOON
    workspace.save(update_fields=["sending_stopped_at"])
    return workspace
