"""Telling the timeline that runs let their people into other dialogues, which then begin as by any other event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.runs.plans import Version
    from duologue.engage.runs.rows import RunRow
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.state import Decision, Enter


def tell_entered(*, workspace: Workspace, decided: Sequence[tuple[RunRow, Version, Decision]], now: datetime) -> None:
    """Write one event for each dialogue that someone is let into, with the way they came; all in one batch."""
    events = [
        NewEvent(row.profile, now, names.DIALOGUE_ENTERED, _says(version.plan.dialogue, enter), run_id=row.id)
        for row, version, decision in decided
        for enter in decision.enters
    ]
    if events:
        write(workspace=workspace, events=events, now=now)


def _says(dialogue: str, enter: Enter) -> dict[str, object]:
    way = enter.start.get("way")
    return {**enter.start, "dialogue": enter.dialogue, "way": [*(way if isinstance(way, list) else []), dialogue]}
