"""Moving those under way on an older version of a dialogue to the one in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from msgspec.structs import replace

from duologue.engage.runs.plans import versions
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.dialogues.rules.decide import begin, moved
from duologue.strategize.occasions.actions import take_occasion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.occasions.models import OccasionVersion

ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)  # where a run goes on does not hang on when


class NotPossible(Exception):
    """It cannot be done now; the sentence says why and what to do."""


@dataclass(slots=True, frozen=True)
class Place:
    """A turn of an older version that people stand at, and the turn of the version in force that continues it, if any."""

    version: int
    turn: str
    people: int
    then: str | None
    counts_anew: bool = False


@dataclass(slots=True, frozen=True)
class Waiting:
    """Those under way on older versions: what publishing asks about, and shows."""

    to: Version
    places: Sequence[Place]

    @property
    def people(self) -> int:
        """Return how many there are."""
        return sum(place.people for place in self.places)

    @property
    def stuck(self) -> dict[str, int]:
        """Return the turns that are gone, with the people who stand at them."""
        found: dict[str, int] = {}
        for place in self.places:
            if place.then is None:
                found[place.turn] = found.get(place.turn, 0) + place.people
        return dict(sorted(found.items()))


def waiting(workspace: Workspace, name: str) -> Waiting:
    """Return who is under way on which older version of a dialogue, and where each would go. Raises NotPossible."""
    to = current_version(workspace, name)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT version_id, turn, count(*) FROM engage_run
               WHERE workspace_id = %s AND dialogue_id = %s AND under_way AND version_id <> %s GROUP BY 1, 2 ORDER BY 1, 2""",
            (workspace.pk, to.dialogue, to.id),
        )
        rows = cursor.fetchall()
    olds = versions(workspace, {row[0] for row in rows})
    return Waiting(to, [_place(olds[version], turn, people, to) for version, turn, people in rows])


def under_way(workspace: Workspace, name: str, *, most: int) -> int:
    """Return how many runs of a dialogue are under way, on whichever version; `most` of them are counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM (
                   SELECT FROM engage_run WHERE workspace_id = %s AND under_way
                   AND dialogue_id = (SELECT id FROM strategize_dialogue WHERE workspace_id = %s AND name = %s) LIMIT %s) AS counted""",
            (workspace.pk, workspace.pk, name, most),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


@transaction.atomic
def move_under_way(*, workspace: Workspace, name: str, now: datetime) -> int:
    """Move everyone under way on an older version to the one in force; return how many moved.

    A turn keeps its name or says `was:`; where its listening changed, lines are counted anew. Raises NotPossible,
    moving nobody, where people stand at a turn that is gone.
    """
    found = waiting(workspace, name)
    if found.stuck:
        where = ", ".join(f"{turn} ({people})" for turn, people in found.stuck.items())
        raise NotPossible(
            f"People stand at turns that version {found.to.number} of {name} does not have: {where}. Say with `was:` which turn continues "
            "each, or let those under way finish on their version."
        )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_run r SET version_id = %s, turn = t.new, heard = CASE WHEN t.anew THEN '{}'::jsonb ELSE r.heard END,
                      wake_at = CASE WHEN r.phase = 'sending' THEN r.wake_at ELSE %s END
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bool[]) AS t (version, old, new, anew)
               WHERE r.workspace_id = %s AND r.dialogue_id = %s AND r.under_way AND r.version_id = t.version AND r.turn = t.old""",
            (
                found.to.id,
                now,
                [place.version for place in found.places],
                [place.turn for place in found.places],
                [place.then for place in found.places],
                [place.counts_anew for place in found.places],
                workspace.pk,
                found.to.dialogue,
            ),
        )
        return int(cursor.rowcount)


@transaction.atomic
def put_occasion_in_force(*, workspace: Workspace, name: str, source: str, now: datetime, file: str = "") -> OccasionVersion:
    """Keep what a text says of an occasion; those who wait for a moment of it look again when it has changed. Raises Mistakes."""
    version = take_occasion(workspace=workspace, name=name, source=source, now=now, file=file)
    if version.since == now:
        look_again_at(workspace=workspace, occasion=name, now=now)
    return version


def look_again_at(*, workspace: Workspace, occasion: str, now: datetime) -> int:
    """Let everyone who is under way for an occasion, by the event that began it, decide anew; return how many do."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_run SET wake_at = %s WHERE workspace_id = %s AND under_way AND wake_at > %s AND phase <> 'sending'
               AND coalesce(data -> 'start' -> 'occasion' ->> 'name', data -> 'start' ->> 'occasion') = %s""",
            (now, workspace.pk, now, occasion),
        )
        return int(cursor.rowcount)


def under_way_for(workspace: Workspace, occasion: str) -> int:
    """Return how many runs are under way for an occasion, by the event that began them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM engage_run WHERE workspace_id = %s AND under_way
               AND coalesce(data -> 'start' -> 'occasion' ->> 'name', data -> 'start' ->> 'occasion') = %s""",
            (workspace.pk, occasion),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def current_version(workspace: Workspace, name: str) -> Version:
    """Return the version of a dialogue that is in force. Raises NotPossible where there is none."""
    dialogue = Dialogue.within(workspace).filter(name=name).first()
    if dialogue is None:
        raise NotPossible(f"There is no dialogue named {name}.")
    found = DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).values_list("pk", flat=True).first()
    if found is None:
        raise NotPossible(f"The dialogue {name} has not been published yet.")
    return versions(workspace, [found])[found]


def version_of(workspace: Workspace, dialogue: int, number: int | None = None) -> Version | None:
    """Return the version of a dialogue that is in force, or the one of a number, by the dialogue's number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.id FROM strategize_dialogue d
               JOIN strategize_dialogueversion v ON v.workspace_id = d.workspace_id AND v.dialogue_id = d.id
               WHERE d.workspace_id = %s AND d.id = %s AND v.number = coalesce(%s, d.current)""",
            (workspace.pk, dialogue, number),
        )
        found = cursor.fetchone()
    return versions(workspace, [found[0]])[found[0]] if found else None


def _place(old: Version, turn: str, people: int, to: Version) -> Place:
    """Ask the language where a run at this turn goes on."""
    here = replace(begin(old.plan, run_key=0, at=ANY_MOMENT), turn=turn, heard={"counted": 1})
    there = moved(here, old.plan, to.plan)
    return Place(old.id, turn, people, there.turn if there else None, counts_anew=bool(there and there.heard != here.heard))
