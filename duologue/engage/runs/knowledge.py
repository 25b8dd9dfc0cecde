"""What decide is told about people: only what their plans read, in a few queries per batch."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.channels import registry
from duologue.engage.conversations.queries import last_channels
from duologue.engage.runs.described import described_here
from duologue.engage.runs.experiments import outcomes
from duologue.engage.runs.habits import NONE, habits
from duologue.engage.runs.rules.habits import best_time
from duologue.engage.runs.shelf import shelf
from duologue.people.consent.queries import purposes, standing
from duologue.people.consent.rules import KIND_OF
from duologue.people.profiles.queries import KnownPerson, people
from duologue.people.timeline import older
from duologue.strategize.dialogues.rules.state import Known
from duologue.strategize.segments.queries import memberships

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from duologue.engage.runs.habits import Habits
    from duologue.engage.runs.plans import Version
    from duologue.people.consent.rules import Standing
    from duologue.platform.workspaces.models import Workspace

NOTHING: frozenset[Any] = frozenset()
Happened = dict[int, dict[str, list[tuple["datetime", "Mapping[str, Any]"]]]]


class AsksAbout(Exception):
    """A decision hangs on the person, who has to be looked up."""


class NotAsked:
    """Stands for a person as long as nothing is asked about them; raises AsksAbout as soon as something is."""

    def __getattr__(self, name: str) -> Any:
        raise AsksAbout(name)


NOT_ASKED: Any = NotAsked()


def know(
    workspace: Workspace,
    people_of: Mapping[int, int],
    versions: Collection[Version],
    data: Iterable[Mapping[str, Any]] = (),
    *,
    stand: Mapping[int, Standing] | None = None,
) -> dict[int, Known]:
    """Return what the versions read about each person; `people_of` maps person → the profile the run belongs to.

    `data` is what their runs hold, in which products may be named; `stand` is where they stand, where that was asked a moment ago.
    """
    persons = list(people_of)
    facts = {key for version in versions for name in version.reads.facts for key in (name, name.partition(".")[0])}
    segments = {name for version in versions for name in version.reads.segments}
    events = {name for version in versions for name in version.reads.events}
    pairs = {pair for version in versions for pair in version.reads.may}
    known = people(workspace, persons, facts, identifiers=any(version.speaks for version in versions))
    inside = memberships(workspace, persons, segments) if segments else {}
    may = _may(workspace, persons, pairs, stand)
    did = _did(workspace, persons, events) if events else {}
    wrote = last_channels(workspace, persons) if any(version.reads.last_channel for version in versions) else {}
    answered = habits(workspace, persons) if any(version.reads.best for version in versions) else {}
    products = shelf(workspace, data) if any(version.reads.items for version in versions) else {}
    settled = outcomes(workspace, {version.dialogue for version in versions if version.reads.settles})
    described = described_here(workspace, {root for version in versions for root in version.reads.described})
    here = registry.names()
    return {
        person: Known(
            person=person,
            profile=profile,
            **_of_profile(workspace, known.get(person), here, answered.get(person, NONE)),
            segments=frozenset(inside[person]) if inside else NOTHING,
            may=may.get(person, NOTHING),
            channels=here,
            events=did.get(person, {}),
            last_channel=wrote.get(person),
            workspace_zone=workspace.timezone,
            responds=answered.get(person, NONE).by,
            settled=settled,
            products=products,
            described=described,
        )
        for person, profile in people_of.items()
    }


def _of_profile(workspace: Workspace, found: KnownPerson | None, here: frozenset[str], answered: Habits) -> dict[str, Any]:
    """Return the parts of `Known` that stand in the profiles themselves, and the time at which the person answers most."""
    kinds = found.identifiers if found else {}
    zone = (found.timezone if found else "") or workspace.timezone
    best = best_time(answered.at, zone)
    return {
        "facts": {**_facts(found), "best_time": best} if best else _facts(found),
        "zone": zone,
        "reachable": frozenset([channel for channel in here if KIND_OF.get(channel, channel) in kinds]) if kinds else NOTHING,
    }


def _facts(found: KnownPerson | None) -> dict[str, Any]:
    if found is None:
        return {}
    own = {"locale": found.locale, "country": found.country, "timezone": found.timezone, "name": found.name}
    return {**{key: value for key, value in own.items() if value}, **found.facts}


def _may(
    workspace: Workspace, persons: Sequence[int], pairs: Collection[tuple[str, str]], stand: Mapping[int, Standing] | None
) -> dict[int, frozenset[tuple[str, str]]]:
    """Return the pairs that each person allows, or for which no consent is needed."""
    if not pairs:
        return {}
    known = purposes(workspace)
    free = {pair for pair in pairs if pair[1] in known and known[pair[1]].basis != "consent"}
    asked = set(pairs) - free
    if not asked:
        return dict.fromkeys(persons, frozenset(free))
    stand = standing(workspace, persons) if stand is None else stand
    return {person: frozenset(free | {pair for pair in asked if stand[person].may(*pair)}) for person in persons}


def _did(workspace: Workspace, persons: Sequence[int], events: Collection[str]) -> Happened:
    found: Happened = defaultdict(lambda: defaultdict(list))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, e.name, e.occurred_at, e.properties, e.id FROM people_profile p
               JOIN people_event e ON e.workspace_id = p.workspace_id AND e.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND e.name = ANY(%s) ORDER BY e.occurred_at""",
            (workspace.pk, list(persons), list(events)),
        )
        rows = cursor.fetchall()
    if (left := older.of_persons(workspace, persons, names=events, here=(row[4] for row in rows))) is not None:
        old = zip(*(left.column(name).to_pylist() for name in ("person", "name", "occurred_at", "properties", "id")), strict=True)
        rows = sorted([*rows, *((person, name, at.replace(tzinfo=UTC), *rest) for person, name, at, *rest in old)], key=itemgetter(2))
    for person, name, at, properties, _ in rows:
        found[person][name].append((at, json.loads(properties) if isinstance(properties, str) else properties))
    return found
