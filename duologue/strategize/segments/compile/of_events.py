"""Conditions about events: did, sums and counts, first and last, sequences."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import ibis

from duologue.strategize.segments.compile.cells import JsonCell, PlainCell, at_path, turns, verdict
from duologue.strategize.segments.compile.gathered import EVENTS, FACTS
from duologue.strategize.segments.compile.told import NEVER, Told, Turn, gated
from duologue.strategize.segments.compile.vocabulary import as_amount, moment
from duologue.strategize.segments.rules.reads import happenings
from duologue.strategize.segments.rules.tree import Happening

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duologue.strategize.segments.compile.cells import Cell
    from duologue.strategize.segments.compile.gathered import Gathered
    from duologue.strategize.segments.compile.told import Decide
    from duologue.strategize.segments.rules.tree import Compare, Did, Leaf, Summary
    from duologue.strategize.segments.rules.tree import Sequence as Steps


def compared(gathered: Gathered, cell: Callable[[Any], Cell], compare: Sequence[Compare], source: str) -> Told:
    """Return what comparing a cell of the joined row tells; facts compared with come from the same row."""
    columns = {one.other: gathered.fact(one.other) for one in compare if one.other}
    sources = {source, *([FACTS] if columns else [])}
    later = tuple(Turn(_later(cell, span)) for span in turns(compare))
    return Told(lambda row: verdict(cell(row), compare, lambda key: JsonCell(row[columns[key]])), later, frozenset(sources))


def did(gathered: Gathered, leaf: Did) -> Told:
    """Tell whether it happened so many times."""
    if leaf.unless is not None:
        return _also(gathered, leaf, _did_not_follow(gathered, leaf, leaf.unless))
    name = gathered.of_events(leaf.what, lambda events, counts: events.count(where=counts))
    told = compared(gathered, lambda row: PlainCell(row[name].fill_null(0), sure=True), leaf.times, EVENTS)
    once = len(leaf.times) == 1 and (leaf.times[0].op, leaf.times[0].value) in {("at_least", 1), ("over", 0), ("at_most", 0)}
    leaving = [gated(turn, told.holds, leaf.times, rising=False) for turn in _leaving(gathered, leaf.what, last=once)]
    return _also(gathered, leaf, Told(told.holds, (*told.turns, *leaving), told.sources))


def summary(gathered: Gathered, leaf: Summary) -> Told:
    """Tell how a sum or count over events, or the first or last of them, compares."""
    if leaf.kind == "count":
        name = gathered.of_events(leaf.what, lambda events, counts: events.count(where=counts))
        cell: Callable[[Any], Cell] = lambda row: PlainCell(row[name].fill_null(0), sure=True)  # noqa: E731 - one of four
    elif leaf.kind == "sum":
        name = gathered.of_events(leaf.what, lambda events, counts: as_amount(_of(events, leaf).text()).sum(where=counts))
        cell = lambda row: PlainCell(row[name].fill_null(ibis.literal(0).cast("decimal(38, 4)")), sure=True)  # noqa: E731
    elif leaf.of is None:
        name = gathered.of_events(leaf.what, lambda events, counts: _edge(events.occurred_at, leaf)(where=counts))
        cell = lambda row: PlainCell(row[name])  # noqa: E731
    else:
        name = gathered.of_events(
            leaf.what,
            lambda events, counts: _pick(events, leaf, counts),
            lambda events: gathered.beside.counts(events, leaf.what) & _of(events, leaf).text().notnull(),
        )
        cell = lambda row: JsonCell(row[name])  # noqa: E731
    told = compared(gathered, cell, leaf.compare, EVENTS)
    leaving = _leaving(gathered, leaf.what, last=leaf.kind == "last" and leaf.of is None)
    if leaf.kind == "count":
        leaving = [gated(turn, told.holds, leaf.compare, rising=False) for turn in leaving]
    return _also(gathered, leaf, Told(told.holds, (*told.turns, *leaving), told.sources))


def _of(events: Any, leaf: Summary) -> JsonCell:
    assert leaf.of
    return at_path(events.properties, leaf.of)


def _edge(column: Any, leaf: Summary) -> Any:
    return column.max if leaf.kind == "last" else column.min


def _pick(events: Any, leaf: Summary, counts: Any) -> Any:
    found = _of(events, leaf).json()
    in_order = ibis.struct({"at": events.occurred_at, "id": events.id})
    return (found.argmax if leaf.kind == "last" else found.argmin)(in_order, where=counts)


def _leaving(gathered: Gathered, what: Happening, *, last: bool) -> list[Turn]:
    """Return when the first (or, where only the last matters, the last) event leaves its window."""
    if what.within is None:
        return []
    span = ibis.interval(seconds=what.within)
    name = gathered.of_events(what, lambda events, counts: (events.occurred_at.max if last else events.occurred_at.min)(where=counts))
    return [Turn(lambda row: row[name] + span, ahead=True)]


def _also(gathered: Gathered, leaf: Leaf, told: Told) -> Told:
    """Add the moments at which properties that the condition asks for pass a limit that moves with time."""
    moving: list[Turn] = []
    for what in happenings(leaf):
        for path, span in gathered.beside.limits(what):
            moving.append(Turn(_column(gathered.of_events(*gathered.beside.passing(what, path, span))), ahead=True))
    return Told(told.holds, (*told.turns, *moving), told.sources | ({EVENTS} if moving else set()))


def _did_not_follow(gathered: Gathered, leaf: Did, unless: Happening) -> Told:
    """Count what was not followed in time; what may still be followed counts only once the time is over."""
    span = ibis.interval(seconds=unless.within or 0)
    stays_away = Happening(events=unless.events, where=unless.where, since=unless.since)
    events = gathered.events([*leaf.what.events, *unless.events], leaf.what.within)
    flags = {"counts": gathered.beside.counts(events, leaf.what), "follows": gathered.beside.counts(events, stays_away)}
    events = events.select("person", "occurred_at", **flags)
    follows = ibis.ifelse(events.follows, events.occurred_at, NEVER)
    onwards = ibis.range_window(group_by=events.person, order_by=events.occurred_at, preceding=0, following=None)
    marked = events.mutate(followed_at=follows.min().over(onwards))
    marked = marked.filter(marked.counts & (marked.followed_at.isnull() | (marked.followed_at >= marked.occurred_at + span)))
    over_at = marked.occurred_at + span
    source = gathered.apart(
        lambda name: marked.group_by(whose=marked.person).agg(
            **{
                f"alone_{name}": marked.count(where=over_at <= moment()),
                f"soon_{name}": over_at.min(where=over_at > moment()),
                f"first_{name}": marked.occurred_at.min(),
            }
        )
    )
    told = compared(gathered, lambda row: PlainCell(row[f"alone_{source}"].fill_null(0), sure=True), leaf.times, source)
    moves = [gated(Turn(_column(f"soon_{source}"), ahead=True), told.holds, leaf.times, rising=True)]
    if leaf.what.within is not None:
        window = ibis.interval(seconds=leaf.what.within)
        leaving = Turn(lambda row: row[f"first_{source}"] + window, ahead=True)
        moves.append(gated(leaving, told.holds, leaf.times, rising=False))
    return Told(told.holds, (*told.turns, *moves), told.sources)


def sequence(gathered: Gathered, leaf: Steps) -> Told:
    """For each event, the latest start of the steps so far that ended before it; the last step closes the span."""
    steps = _near_an_end(gathered, leaf)
    last = len(leaf.steps) - 1
    for index in range(last):
        if index:
            later = [steps[f"is_{number}"] for number in range(index + 1, last + 1)]
            steps = steps.filter(reduce(or_, later, _reached(steps, leaf, index)))
        start = ibis.ifelse(_reached(steps, leaf, index), steps.start if index else steps.occurred_at, NEVER)
        earlier = ibis.window(group_by=steps.person, order_by=[steps.occurred_at, steps.id], preceding=(None, 1))
        steps = steps.mutate(start=start.max().over(earlier))
    steps = steps.filter(_reached(steps, leaf, last))
    source = gathered.apart(lambda name: steps.group_by(whose=steps.person).agg(**{f"times_{name}": steps.count()}))
    told = Told(lambda row: row[f"times_{source}"].fill_null(0) > 0, (), frozenset({source}))
    return _also(gathered, leaf, told)


def _reached(steps: Any, leaf: Steps, index: int) -> Any:
    """Return whether a row is this step, after the steps before it, and not too late for their start already."""
    found = steps[f"is_{index}"]
    if index == 0:
        return found
    return found & (steps.start.notnull() if leaf.within is None else steps.occurred_at <= steps.start + ibis.interval(seconds=leaf.within))


def _near_an_end(gathered: Gathered, leaf: Steps) -> Any:
    """Return the events of all steps that lie before a last step of the same person, and no further before than the span."""
    events = gathered.events([name for what in leaf.steps for name in what.events], None)
    flags = {f"is_{index}": gathered.beside.counts(events, what) for index, what in enumerate(leaf.steps)}
    events = gathered.once(events.select("person", "occurred_at", "id", **flags))
    ends = events.filter(events[f"is_{len(leaf.steps) - 1}"])
    ends = ends.group_by(ender=ends.person).agg(first_end=ends.occurred_at.min(), last_end=ends.occurred_at.max())
    near = [events.person == ends.ender, events.occurred_at <= ends.last_end]
    if leaf.within is not None:
        near.append(events.occurred_at >= ends.first_end - ibis.interval(seconds=leaf.within))
    return events.join(ends, near).drop("ender", "first_end", "last_end")


def _column(name: str) -> Decide:
    return lambda row: row[name]


def _later(cell: Callable[[Any], Cell], span: Any) -> Decide:
    return lambda row: cell(row).moment() + span
