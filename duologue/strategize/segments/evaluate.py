"""Evaluating rules for some people: their rows are fetched once, every rule runs on them, and what changed is written."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from duologue.strategize.segments import engine, fetch, standing

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
    concerned = _concerned(rules, due)
    persons = sorted({person for wanted in due.values() for person in wanted})
    if not concerned or not persons:
        return 0
    ids = {one.name: one.id for one in rules}
    referred = {ids[name] for one in concerned for name in one.segments if name in ids}
    kept = fetch.standings(workspace, persons, sorted(referred | {one.id for one in concerned}))
    shards = fetch.shards(workspace, persons)
    small = engine.small()
    small.fill("people", [(person,) for person in shards])
    small.fill("events", fetch.events(workspace, persons, concerned, now))
    small.fill("facts", fetch.facts(workspace, persons, concerned))
    small.fill("consents", fetch.consents(workspace, persons) if any(one.consent for one in concerned) else [])
    names = {one.id: one.name for one in rules}
    inside = {(names[segment], person) for (segment, person), (member, _) in kept.items() if member}
    changes: list[standing.Change] = []
    for rule in concerned:
        wanted = due.get(rule.id, set()) | {one.person for one in changes if names[one.segment] in rule.segments and one.was != one.member}
        if not wanted:
            continue
        if rule.segments:
            small.fill("members", [pair for pair in inside if pair[0] in rule.segments])
        found = list(_changes(rule, wanted, small.decide(rule.sql, now), kept, shards))
        for change in found:
            (inside.add if change.member else inside.discard)((rule.name, change.person))
        changes += found
    standing.write(workspace=workspace, changes=changes, names=names, now=now)
    return len(changes)


def _changes(
    rule: Compiled,
    wanted: Iterable[int],
    verdicts: Mapping[int, engine.Verdict],
    kept: Mapping[tuple[int, int], tuple[bool, datetime | None]],
    shards: Mapping[int, int],
) -> Iterator[standing.Change]:
    for person in wanted:
        before = kept.get((rule.id, person))
        verdict = verdicts.get(person)
        if verdict is None:  # no person any more
            if before:
                yield standing.Change(rule.id, person, None, before[0], member=False, recheck_at=None, keep=False)
            continue
        keep = verdict.member or verdict.recheck_at is not None or rule.everyone
        if (before is None and keep) or (before is not None and (not keep or before != (verdict.member, verdict.recheck_at))):
            was = before is not None and before[0]
            yield standing.Change(rule.id, person, shards[person], was, verdict.member, verdict.recheck_at, keep)


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
