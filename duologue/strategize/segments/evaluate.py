"""Evaluating rules for some people: their rows are fetched once, every rule runs on them, and what changed is written."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from duologue.strategize.segments import fetch, standing
from duologue.strategize.segments.small import Asked, filled, small

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

PEOPLE_AT_ONCE = 5_000


def evaluate(workspace: Workspace, rules: Sequence[Compiled], due: Mapping[int, Collection[int]], now: datetime) -> int:
    """Evaluate for each segment (by id) the people due, then what depends on those who joined or left; return the changes.

    `rules` are all segments, each after those it depends on. Must be called in a transaction that holds the follower's cursor.
    """
    everyone = sorted({person for persons in due.values() for person in persons})
    changed = 0
    for persons in _chunks(everyone, PEOPLE_AT_ONCE):
        here = set(persons)
        changed += _chunk(workspace, rules, {segment: here & set(wanted) for segment, wanted in due.items()}, now)
    return changed


def _chunk(workspace: Workspace, rules: Sequence[Compiled], due: Mapping[int, Collection[int]], now: datetime) -> int:
    ids, of = {one.name: one.id for one in rules}, {one.id: one.name for one in rules}
    whom = _whom(rules, due, ids)
    waiting = [one for one in rules if one.id in whom]
    if not waiting:
        return 0
    persons = sorted(set().union(*whom.values()))
    shards = dict.fromkeys(persons) | fetch.shards(workspace, persons)
    referred = {ids[name]: name for one in waiting for name in one.segments if name in ids}
    kept = fetch.standings(workspace, persons, sorted(referred.keys() | whom.keys()))
    _bring(workspace, _alike(waiting, whom), kept, [person for person, shard in shards.items() if shard is not None], now)
    inside = _inside(kept, referred)
    changes: list[standing.Change] = []
    moved: defaultdict[int, set[int]] = defaultdict(set)
    while waiting:
        names = {one.name for one in waiting}
        ready = [one for one in waiting if not one.segments & names]
        waiting = [one for one in waiting if one.segments & names]
        named = {name for one in ready for name in one.segments}
        found = small().differences(
            [_asked(*one) for one in _alike(ready, _concerned(ready, due, moved, ids)).items()],
            members=[pair for pair in inside if pair[0] in named],
            now=now,
        )
        for one in found:
            # a shard is missing where it is no person any more
            change = standing.Change(one.segment, one.person, shards[one.person], bool(one.was), one.member, one.recheck_at, one.told)
            changes.append(change)
            if change.was != change.member:
                moved[one.segment].add(one.person)
                (inside.add if change.member else inside.discard)((of[one.segment], one.person))
    standing.write(workspace=workspace, changes=changes, names=of, now=now)
    return len(changes)


def _whom(rules: Sequence[Compiled], due: Mapping[int, Collection[int]], ids: Mapping[str, int]) -> dict[int, frozenset[int]]:
    """Return for each rule whom it may be asked about: those due, and those whose standing in a segment that it names may change."""
    found: dict[int, frozenset[int]] = {}
    for rule in rules:
        named = [found[ids[name]] for name in rule.segments if ids.get(name) in found]
        if persons := frozenset(due.get(rule.id, ())).union(*named):
            found[rule.id] = persons
    return found


def _concerned(
    rules: Iterable[Compiled], due: Mapping[int, Collection[int]], moved: Mapping[int, set[int]], ids: Mapping[str, int]
) -> dict[int, frozenset[int]]:
    """Return for each rule those due and those who joined or left a segment that it names."""
    return {one.id: frozenset(due.get(one.id, ())).union(*(moved.get(ids.get(name, 0), ()) for name in one.segments)) for one in rules}


def _alike(rules: Iterable[Compiled], whom: Mapping[int, frozenset[int]]) -> dict[frozenset[int], list[Compiled]]:
    """Return rules that concern the same people together, by these people; none that concerns nobody."""
    found: defaultdict[frozenset[int], list[Compiled]] = defaultdict(list)
    for rule in rules:
        if whom[rule.id]:
            found[whom[rule.id]].append(rule)
    return found


def _asked(persons: frozenset[int], rules: Iterable[Compiled]) -> Asked:
    return Asked({one.id: one.sql for one in rules}, persons, {name for one in rules for name in one.events})


def _bring(
    workspace: Workspace, asked: Mapping[frozenset[int], Sequence[Compiled]], kept: pa.Table, people: Iterable[int], now: datetime
) -> None:
    """Bring all that rules look at of these people before DuckDB."""
    tables = {
        "people": filled("people", [(person,) for person in people]),
        "events": fetch.events(workspace, asked, now),
        "facts": fetch.facts(workspace, asked),
        "consents": filled("consents", fetch.consents(workspace, asked)),
        "standings": kept,
    }
    small().bring(tables, now)


def _inside(kept: pa.Table, referred: Mapping[int, str]) -> set[tuple[str, int]]:
    """Return who is in those segments that rules name."""
    rows = zip(*(kept.column(name).to_pylist() for name in ("segment", "person", "member")), strict=True) if referred else ()
    return {(referred[segment], person) for segment, person, member in rows if member and segment in referred}


def _chunks(items: Sequence[int], size: int) -> Iterator[list[int]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
