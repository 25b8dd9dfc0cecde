"""Of how many of those whom a message is for is not known what it names, counted before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import F, Q

from duologue.engage.messages.rules.checking import Lacking
from duologue.kit.predicate import dig
from duologue.people.names.rules import READS, with_called
from duologue.people.profiles.queries import people
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.segments.queries import members_of, segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from duologue.platform.workspaces.models import Workspace

ALL: Final = 10_000  # people who are looked at one by one
SAMPLE: Final = 5_000  # of more than that
SLICES: Final = 50  # of neighbours by number, which a sample is made of
MOST: Final = 3  # audiences of one message
PERSON: Final = "person."
TOPIC: Final = "person.topic."  # what most say nothing of, and letters ask about rather than say
ALWAYS: Final = frozenset({"person.locale", "person.country"})  # of a language, and a place of it, a letter makes the best by itself


def audiences_of(workspace: Workspace, message: str) -> list[str]:
    """Return the segments that dialogues with this message invite from, as they are in force and not at their end; by name."""
    rows = DialogueVersion.within(workspace).filter(number=F("dialogue__current"), pins__messages__has_key=message)
    rows = rows.exclude(dialogue__state=Dialogue.State.ENDED).exclude(Q(plan__audience__isnull=True) | Q(plan__audience=""))
    return sorted(set(rows.values_list("plan__audience", flat=True)))[:MOST]


def lacking(workspace: Workspace, paths: Collection[str], audiences: Sequence[str]) -> Iterator[Lacking]:
    """Yield for each audience, or for everybody where none is named, what paths of a person have no value, those that most lack first.

    A segment that was not counted as it now reads says nothing. Of many people a sample is looked at, in a handful of queries.
    """
    wanted = sorted(path for path in set(paths) - ALWAYS if path.startswith(PERSON) and not path.startswith(TOPIC))
    facts = {path.removeprefix(PERSON) for path in wanted} | set(READS if "person.called" in wanted else ())
    for audience in audiences or [""] if wanted else ():
        whole, persons = _looked_at(workspace, audience)
        counts = dict.fromkeys(wanted, 0)
        for known in people(workspace, persons, facts, identifiers=False).values():
            values = {"person": with_called(known.facts, country=known.country, locale=known.locale or workspace.locale)}
            for path in wanted:
                counts[path] += dig(values, path) in (None, "")
        found = [Lacking(path, number, len(persons), whole, audience) for path, number in counts.items() if number]
        yield from sorted(found, key=lambda one: -one.people)


def _looked_at(workspace: Workspace, audience: str) -> tuple[int, Sequence[int]]:
    """Return how many an audience has, and whom of it to look at: all of a small one, of a large one neighbours from all over it."""
    if not audience:
        return _everybody(workspace)
    one = segment(workspace, audience)
    if one is None or one.swept_revision < one.revision:
        return 0, ()
    if one.size <= ALL:
        persons = members_of(workspace, audience, most=ALL)
        return len(persons), persons
    return one.size, members_of(workspace, audience, most=SAMPLE, slices=SLICES)


def _everybody(workspace: Workspace) -> tuple[int, Sequence[int]]:
    with connection.cursor() as cursor:
        some = "SELECT DISTINCT person FROM people_profile WHERE workspace_id = %s ORDER BY person LIMIT %s"
        cursor.execute(some, (workspace.pk, ALL + 1))
        persons = [row[0] for row in cursor.fetchall()]
        if len(persons) <= ALL:
            return len(persons), persons
        cursor.execute(
            """WITH e AS MATERIALIZED (SELECT min(person) AS low, max(person) AS high FROM people_profile WHERE workspace_id = %s)
               SELECT DISTINCT one.person FROM e CROSS JOIN generate_series(0, %s - 1) AS s (slice)
               CROSS JOIN LATERAL (SELECT person FROM people_profile
                   WHERE workspace_id = %s AND person >= e.low + (e.high - e.low) * s.slice / %s ORDER BY person LIMIT %s) one""",
            (workspace.pk, SLICES, workspace.pk, SLICES, SAMPLE // SLICES),
        )
        return 0, [row[0] for row in cursor.fetchall()]
