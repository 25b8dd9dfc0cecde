"""Reads the timeline for the runs: which waits does it answer, which dialogues does it start."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.conversations.agreeing import ask_givers
from duologue.engage.parents.actions import ask_those_named
from duologue.engage.runs import admissions, rows
from duologue.engage.runs.described import placed
from duologue.engage.runs.plans import active
from duologue.engage.runs.rules.hearing import for_any_run, heard, matters, untied
from duologue.engage.runs.steps import advance
from duologue.engage.runs.timetable import look_again
from duologue.engage.runs.watermark import FOLLOWER, watermark
from duologue.people.timeline.actions import move_cursor
from duologue.people.timeline.queries import unread

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.runs.plans import Active
    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.state import Heard

AT_ONCE = 20_000


class RunFollower:
    """Moves runs by what was heard and starts those that events begin, in the transaction of the cursor."""

    name = FOLLOWER

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Deal with the next batches; return the number of events read, 0 when all was read."""
        with transaction.atomic():
            reading = unread(workspace, self.name, most=AT_ONCE)
            if reading is None:
                return 0
            ask_those_named(workspace=workspace, events=reading.events, now=now)
            ask_givers(workspace=workspace, events=reading.events, now=now)
            dialogues = active(workspace)
            if dialogues:
                until = watermark(workspace, now, read_up_to=reading.batch_no)
                _answer(workspace, reading.events, dialogues, now, until)
                _start(workspace, placed(workspace, reading.events), dialogues, now, until)
            move_cursor(workspace=workspace, follower=self.name, batch_no=reading.batch_no)
            return max(1, len(reading.events))


def _answer(workspace: Workspace, events: Sequence[EventRow], dialogues: Sequence[Active], now: datetime, until: datetime) -> None:
    wanted = {version.id: version.listens for dialogue in dialogues for version in dialogue.versions}
    said = [(event, what) for event in events if (what := heard(event))]
    runs_of = _runs_of_persons(workspace, said, wanted)
    responses: dict[int, list[Heard]] = defaultdict(list)
    for event, what in said:
        if event.run_id is not None:
            responses[event.run_id] += what
        if for_any_run(event):
            for run in runs_of.get(event.person, ()):
                if run != event.run_id:
                    responses[run] += [untied(one) for one in what]
    if not responses:
        return
    runs = rows.by_id(workspace, responses)
    listening = {
        row.id: [one for one in responses[row.id] if one.at >= row.state.started_at and matters(one, wanted.get(row.version, frozenset()))]
        for row in runs
    }
    advance(workspace, [row for row in runs if listening[row.id]], listening, now, until)


def _runs_of_persons(
    workspace: Workspace, said: Sequence[tuple[EventRow, list[Heard]]], wanted: dict[int, frozenset[tuple[str, str | None]]]
) -> dict[int, list[int]]:
    """Find the runs of the persons in a batch, in one query, looking only at the versions that could hear something in it."""
    kinds = {(one.kind, one.value if isinstance(one.value, str) else None) for event, what in said if for_any_run(event) for one in what}
    kinds |= {(kind, None) for kind, _ in kinds}
    ears = [version for version, listens in wanted.items() if listens & kinds]
    if not ears:
        return {}
    listened = frozenset().union(*(wanted[version] for version in ears))
    persons = {event.person for event, what in said if for_any_run(event) and any(matters(one, listened) for one in what)}
    return rows.ids_of_persons(workspace, persons, ears)


def _start(workspace: Workspace, events: Sequence[EventRow], dialogues: Sequence[Active], now: datetime, until: datetime) -> None:
    for dialogue in dialogues:
        if dialogue.is_live and dialogue.current is not None:
            candidates = admissions.started_by(workspace, dialogue.current, events)
            admissions.admit(workspace=workspace, version=dialogue.current, candidates=candidates, now=now, watermark=until)
            plan = dialogue.current.plan
            if plan.pace and any(admissions.joins(event, plan) for event in events):
                look_again(workspace=workspace, dialogue=dialogue.dialogue, at=now)
