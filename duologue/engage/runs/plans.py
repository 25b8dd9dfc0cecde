"""Published plans, read once per process: a version never changes."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.runs.rules.hearing import listens_for
from duologue.strategize.dialogues.rules.plan import Plan, from_json
from duologue.strategize.dialogues.rules.reads import Reads
from duologue.strategize.dialogues.rules.reads import reads as reads_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from duologue.platform.workspaces.models import Workspace

KEPT = 500


@dataclass(slots=True, frozen=True)
class Version:
    """A published version with all that is worked out from it once."""

    id: int
    dialogue: int
    number: int
    plan: Plan
    pins: dict[str, dict[str, int]]
    reads: Reads
    listens: frozenset[tuple[str, str | None]]
    speaks: frozenset[str]  # its turns that send something

    def pin(self, kind: str, name: str | None) -> int | None:
        """Return the pinned number of a message, survey or offer; None where the current one is meant."""
        return self.pins.get(kind, {}).get(name) if name else None


@dataclass(slots=True, frozen=True)
class Active:
    """A dialogue that people are in or may enter."""

    dialogue: int
    name: str
    is_live: bool
    current: Version | None
    versions: Sequence[Version]


_kept: OrderedDict[tuple[int, int], Version] = OrderedDict()


def versions(workspace: Workspace, wanted: Collection[int]) -> dict[int, Version]:
    """Return versions by id, from memory where they have been read before."""
    missing = sorted({pk for pk in wanted if (workspace.pk, pk) not in _kept})
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, dialogue_id, number, plan, pins FROM strategize_dialogueversion WHERE workspace_id = %s AND id = ANY(%s)",
                (workspace.pk, missing),
            )
            for row in cursor.fetchall():
                _kept[workspace.pk, row[0]] = _version(*row)
    found = {}
    for pk in wanted:
        if (version := _kept.get((workspace.pk, pk))) is not None:
            _kept.move_to_end((workspace.pk, pk))
            found[pk] = version
    while len(_kept) > max(KEPT, len(found)):
        _kept.popitem(last=False)
    return found


def _version(pk: int, dialogue: int, number: int, plan: Any, pins: Any) -> Version:
    read = from_json(json.loads(plan) if isinstance(plan, str) else plan)
    pinned = json.loads(pins) if isinstance(pins, str) else pins
    speaks = frozenset(name for name, turn in read.turns.items() if turn.speaks)
    return Version(pk, dialogue, number, read, pinned, reads_of(read), listens_for(read), speaks)


def active(workspace: Workspace) -> list[Active]:
    """Return the dialogues that are live or paused, with every version somebody may still be in."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, d.name, d.state, d.current, v.id, v.number FROM strategize_dialogue d
               JOIN strategize_dialogueversion v ON v.workspace_id = d.workspace_id AND v.dialogue_id = d.id
               WHERE d.workspace_id = %s AND d.state IN ('live', 'paused') ORDER BY d.id, v.number""",
            (workspace.pk,),
        )
        rows = cursor.fetchall()
    read = versions(workspace, [row[4] for row in rows])
    found: dict[int, list[Any]] = {}
    for dialogue, name, state, current, pk, number in rows:
        entry = found.setdefault(dialogue, [name, state == "live", None, []])
        entry[3].append(read[pk])
        if number == current:
            entry[2] = read[pk]
    return [Active(dialogue, *entry) for dialogue, entry in found.items()]


def asked_about(workspace: Workspace) -> set[str]:
    """Return the names of the events whose history the dialogues that people are in, or may enter, ask about."""
    return {name for one in active(workspace) for version in one.versions for name in version.reads.events}


def forget() -> None:
    """Drop what is kept in memory; for tests, where row numbers begin anew."""
    _kept.clear()
