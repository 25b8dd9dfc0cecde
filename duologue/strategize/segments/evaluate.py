"""Evaluating rules for some people: their rows are fetched once, every rule runs on them, and what changed is written."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from duologue.strategize.segments import fetch, standing
from duologue.strategize.segments.small import filled, small

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

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


def _chunk(workspace: Workspace, rules: Sequence[Compiled], due: dict[int, set[int]], now: datetime) -> int:
    waiting = _concerned(rules, due)
    persons = sorted({person for wanted in due.values() for person in wanted})
    if not waiting or not persons:
        return 0
    shards = dict.fromkeys(persons) | fetch.shards(workspace, persons)
    inside = _bring(workspace, waiting, {one.name: one.id for one in rules}, shards, now)
    of = {one.id: one.name for one in rules}
    changes: list[standing.Change] = []
    moved: defaultdict[str, set[int]] = defaultdict(set)
    while waiting:
        names = {one.name for one in waiting}
        ready = [one for one in waiting if not one.segments & names]
        waiting = [one for one in waiting if one.segments & names]
        for wanted, alike in _alike(ready, due, moved):
            named = {name for rule in alike for name in rule.segments}
            found = small().differences(
                {rule.id: rule.sql for rule in alike},
                wanted,
                names={name for rule in alike for name in rule.events},
                members=[pair for pair in inside if pair[0] in named],
                now=now,
            )
            for one in found:
                # a shard is missing where it is no person any more
                change = standing.Change(one.segment, one.person, shards[one.person], bool(one.was), one.member, one.recheck_at, one.told)
                changes.append(change)
                if change.was != change.member:
                    moved[of[one.segment]].add(one.person)
                    (inside.add if change.member else inside.discard)((of[one.segment], one.person))
    standing.write(workspace=workspace, changes=changes, names=of, now=now)
    return len(changes)


def _bring(
    workspace: Workspace, concerned: Sequence[Compiled], ids: Mapping[str, int], people: Mapping[int, int | None], now: datetime
) -> set[tuple[str, int]]:
    """Bring all that the rules look at of these people before DuckDB; return who is in those segments that rules name."""
    referred = {ids[name]: name for one in concerned for name in one.segments if name in ids}
    kept = fetch.standings(workspace, list(people), sorted(referred.keys() | {one.id for one in concerned}))
    tables = {
        "people": filled("people", [(person,) for person, shard in people.items() if shard is not None]),
        "events": fetch.events(workspace, list(people), concerned, now),
        "facts": fetch.facts(workspace, list(people), concerned),
        "standings": kept,
    }
    if any(one.consent for one in concerned):
        tables["consents"] = filled("consents", fetch.consents(workspace, list(people)))
    small().bring(tables, now)
    rows = zip(*(kept.column(name).to_pylist() for name in ("segment", "person", "member")), strict=True) if referred else ()
    return {(referred[segment], person) for segment, person, member in rows if member and segment in referred}


def _alike(
    rules: Iterable[Compiled], due: Mapping[int, Collection[int]], moved: Mapping[str, set[int]]
) -> Iterator[tuple[frozenset[int], list[Compiled]]]:
    """Yield rules that concern the same people together, with these people."""
    found: defaultdict[frozenset[int], list[Compiled]] = defaultdict(list)
    for rule in rules:
        touched = [moved[name] for name in rule.segments if name in moved]
        found[frozenset(due.get(rule.id, ())).union(*touched)].append(rule)
    return ((wanted, alike) for wanted, alike in found.items() if wanted)


def _concerned(rules: Sequence[Compiled], due: Mapping[int, Collection[int]]) -> list[Compiled]:
    """Return the rules with people due and all that depend on them, in order."""
    found: list[Compiled] = []
    names: set[str] = set()
    for rule in rules:
        if due.get(rule.id) or rule.segments & names:
            found.append(rule)
            names.add(rule.name)
    return found


def _chunks(items: Sequence[int], size: int) -> Iterator[list[int]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
