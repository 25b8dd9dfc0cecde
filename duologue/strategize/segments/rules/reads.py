"""What a rule looks at: so that it is evaluated only when a batch touches that, and only that is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.strategize.segments.rules.tree import (
    All,
    Compare,
    Did,
    Fact,
    Happening,
    In,
    May,
    Not,
    Property,
    Rule,
    Sequence,
    Some,
    Summary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from duologue.strategize.segments.rules.tree import Cond, Leaf

CONSENT = "consent"
EVENT = "event:"
FACT = "fact:"
SEGMENT = "segment:"


def leaves(cond: Cond) -> Iterator[Leaf]:
    """Yield every condition that asks about the person, in the order written."""
    if isinstance(cond, All | Some):
        for one in cond.of:
            yield from leaves(one)
    elif isinstance(cond, Not):
        yield from leaves(cond.of)
    elif not isinstance(cond, Property):
        yield cond


def happenings(leaf: Leaf) -> list[Happening]:
    """Return the kinds of events a condition looks at."""
    if isinstance(leaf, Did):
        return [leaf.what, leaf.unless] if leaf.unless else [leaf.what]
    if isinstance(leaf, Summary):
        return [leaf.what]
    return leaf.steps if isinstance(leaf, Sequence) else []


def reads(rule: Rule) -> list[str]:
    """Return the sorted names of all that the rule looks at: event:NAME, fact:KEY, segment:NAME, consent."""
    found: set[str] = set()
    for leaf in leaves(rule.where):
        if isinstance(leaf, Fact):
            found.add(FACT + leaf.key)
            found.update(FACT + key for key in _others(leaf.compare))
        elif isinstance(leaf, May):
            found.add(CONSENT)
        elif isinstance(leaf, In):
            found.add(SEGMENT + leaf.segment)
        elif isinstance(leaf, Summary):
            found.update(FACT + key for key in _others(leaf.compare))
        for what in happenings(leaf):
            found.update(EVENT + name for name in what.events)
            found.update(FACT + key for key in happening_facts(what))
    return sorted(found)


def happening_facts(what: Happening) -> set[str]:
    """Return the facts that decide which events count."""
    found = {what.since} if what.since else set()
    return found | {key for one in properties(what.where) for key in _others(one.compare)}


def property_keys(rule: Rule) -> set[str]:
    """Return the outermost property keys the rule looks into."""
    found: set[str] = set()
    for leaf in leaves(rule.where):
        if isinstance(leaf, Summary) and leaf.of:
            found.add(leaf.of.partition(".")[0])
        for what in happenings(leaf):
            found.update(one.path.partition(".")[0] for one in properties(what.where))
    return found


def lookback(rule: Rule) -> int | None:
    """Return how many seconds back events can matter, or None where all of them can."""
    longest = 0
    for leaf in leaves(rule.where):
        for what in [leaf.what] if isinstance(leaf, Did) else happenings(leaf):
            if what.within is None or isinstance(leaf, Sequence):
                return None
            longest = max(longest, what.within)
    return longest


def in_order(depends_on: Mapping[str, Iterable[str]]) -> list[str]:
    """Return segments so that each comes after those it depends on; unknown ones are left out.

    Raises ValueError with the names of a circle where there is one.
    """
    done: dict[str, None] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        if name in path:
            raise ValueError(" → ".join([*path[path.index(name) :], name]))
        if name in done or name not in depends_on:
            return
        path.append(name)
        for other in sorted(depends_on[name]):
            visit(other)
        path.pop()
        done[name] = None

    for name in sorted(depends_on):
        visit(name)
    return list(done)


def _others(compare: Iterable[Compare]) -> Iterator[str]:
    return (one.other for one in compare if one.other)


def properties(cond: Cond | None) -> Iterator[Property]:
    """Yield every comparison of a property in a `where`."""
    if isinstance(cond, Property):
        yield cond
    elif isinstance(cond, All | Some):
        for one in cond.of:
            yield from properties(one)
    elif isinstance(cond, Not):
        yield from properties(cond.of)
