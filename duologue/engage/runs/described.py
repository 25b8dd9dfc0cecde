"""What plan files say of the occasions and placements that runs begin with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from duologue.people.timeline import names
from duologue.strategize.dialogues.rules.context import ABOUT_THE_START, told_of
from duologue.strategize.occasions.queries import described as occasions
from duologue.strategize.placements.queries import by_code
from duologue.strategize.placements.queries import described as placements
from duologue.strategize.placements.rules import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace

READ: Final = {"occasion": occasions, "placement": placements}
BY_CODE: Final = {names.CODE_SCANNED: "code", names.NUMBER_CALLED: "number"}

Described = dict[str, dict[str, dict[str, Any]]]


def described_here(workspace: Workspace, roots: Collection[str]) -> Described:
    """Return what files say, by "occasion" or "placement" and by name; a query for each that is asked for."""
    return {root: READ[root](workspace) for root in roots}


def named_by(starts: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return which of occasion and placement these beginnings of runs name."""
    return {root for start in starts for root in ABOUT_THE_START & start.keys()}


def about(start: Mapping[str, Any], described: Described) -> dict[str, dict[str, Any]]:
    """Return what a message may name of the occasion and the placement of a run that begins so."""
    told = {root: told_of(root, start) for root in ABOUT_THE_START & start.keys()}
    return {root: {**said, **described.get(root, {}).get(str(said.get("name")), {})} for root, said in told.items()}


def placed(workspace: Workspace, events: Sequence[EventRow]) -> Sequence[EventRow]:
    """Name the placement in every scan or call that tells its code or number alone; asks nothing where there is none."""
    if not any(_code(event) for event in events):
        return events
    known = by_code(workspace)
    found = ((event, known.get(plain(str(_code(event) or "")))) for event in events)
    return [replace(event, properties={**event.properties, "placement": name}) if name else event for event, name in found]


def _code(event: EventRow) -> Any:
    """Return the code by which an event that names no placement may have one."""
    key = BY_CODE.get(event.name)
    return event.properties.get(key) if key and not event.properties.get("placement") else None
