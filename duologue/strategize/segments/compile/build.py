"""From a rule's tree to one SQL statement.

All that is asked about events becomes one pass over them (an aggregate per condition, each with its own filter), facts and
memberships likewise; the last step joins these to the people and decides.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import ibis

from duologue.strategize.segments.compile.cells import FALSE, JsonCell, PlainCell, at_path, turns, verdict
from duologue.strategize.segments.compile.happened import Beside
from duologue.strategize.segments.compile.vocabulary import as_amount, moment, table
from duologue.strategize.segments.rules.reads import happening_facts, happenings, leaves
from duologue.strategize.segments.rules.tree import All, Did, Fact, Happening, In, May, Not, Property, Sequence, Some, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.strategize.segments.compile.cells import Cell
    from duologue.strategize.segments.rules.tree import Cond, Leaf, Rule

    Decide = Callable[[Any], Any]


def to_sql(rule: Rule, *, dialect: str = "duckdb", moment: str = "$now") -> str:
    """Return the statement that yields (person, member, recheck_at) for every row of people; `moment` stands for the present."""
    sql = str(ibis.to_sql(_Builder(rule).expression(), dialect=dialect))
    return sql.replace("MOMENT()", f"CAST({moment} AS TIMESTAMP)")


class _Builder:
    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.names = sorted({name for leaf in leaves(rule.where) for what in happenings(leaf) for name in what.events})
        self.fact_columns: dict[str, str] = {}
        self.beside = Beside({})
        self.events = self._events()
        self.counted: dict[str, Any] = {}
        self.granted: dict[str, Any] = {}
        self.inside: dict[str, Any] = {}
        self.apart: list[Any] = []
        self.turning: list[Decide] = []

    def expression(self) -> Any:
        decide = self._condition(self.rule.where)
        for what in (what for leaf in leaves(self.rule.where) for what in happenings(leaf)):
            for at, where in self.beside.turning(self.events, what):
                self.turning.append(_column(self._aggregate(at.min(where=where))))
        joined = self._joined()
        candidates = [decide_turn(joined) for decide_turn in self.turning]
        never = ibis.null("timestamp(6)")
        ahead = [ibis.ifelse(at > moment(), at, never) for at in candidates] or [never]
        member = ibis.coalesce(decide(joined), FALSE)
        return joined.select(person=joined.person, member=member, recheck_at=ibis.least(never, *ahead))

    def _joined(self) -> Any:
        joined = table("people")
        aggregates = [*self.apart]
        if self.counted:
            aggregates.append(self.events.group_by(whose=self.events.person).agg(**self.counted))
        if self.fact_columns:
            aggregates.append(_facts(self.fact_columns))
        for name, columns in (("consents", self.granted), ("members", self.inside)):
            if columns:
                base = table(name)
                aggregates.append(base.group_by(whose=base.person).agg(**{key: make(base) for key, make in columns.items()}))
        for number, aggregate in enumerate(aggregates):
            named = aggregate.rename({f"whose_{number}": "whose"})
            joined = joined.left_join(named, joined.person == named[f"whose_{number}"])
        return joined

    def _events(self) -> Any:
        """Return the events of the names asked for, each beside those facts of its person that decide whether it counts."""
        base = table("events")
        base = base.filter(base.name.isin(self.names)) if self.names else base
        keys = sorted({key for leaf in leaves(self.rule.where) for what in happenings(leaf) for key in happening_facts(what)})
        if not keys:
            return base
        facts = _facts({key: self._fact_column(key) for key in keys})
        self.beside = Beside({key: f"event_{self._fact_column(key)}" for key in keys})
        facts = facts.rename({f"event_{self._fact_column(key)}": self._fact_column(key) for key in keys})
        return base.left_join(facts, base.person == facts.whose)

    def _fact_column(self, key: str) -> str:
        return self.fact_columns.setdefault(key, f"fact_{len(self.fact_columns)}")

    # --- conditions about the person -------------------------------------------------------------------------

    def _condition(self, cond: Cond) -> Decide:
        if isinstance(cond, All | Some):
            parts = [self._condition(one) for one in cond.of]
            if not parts:
                return lambda _: ~FALSE
            join = and_ if isinstance(cond, All) else or_
            return lambda at: reduce(join, [part(at) for part in parts])
        if isinstance(cond, Not):
            inner = self._condition(cond.of)
            return lambda at: ~inner(at)
        assert not isinstance(cond, Property)
        return self._leaf(cond)

    def _leaf(self, leaf: Leaf) -> Decide:
        if isinstance(leaf, Fact):
            column = self._fact_column(leaf.key)
            return self._compared(leaf, lambda at: JsonCell(at[column]))
        if isinstance(leaf, Did):
            return self._did(leaf)
        if isinstance(leaf, Summary):
            return self._summary(leaf)
        if isinstance(leaf, Sequence):
            return self._sequence(leaf)
        name = f"yes_{len(self.granted) + len(self.inside)}"
        if isinstance(leaf, May):
            self.granted[name] = lambda base: base.count(where=(base.purpose == leaf.purpose) & base.channel.isin(leaf.by))
        else:
            assert isinstance(leaf, In)
            self.inside[name] = lambda base: base.count(where=base.segment == leaf.segment)
        return lambda at: at[name].fill_null(0) > 0

    def _compared(self, leaf: Fact | Summary, cell: Callable[[Any], Cell]) -> Decide:
        for one in leaf.compare:
            if one.other:
                self._fact_column(one.other)
        self.turning += [_later(cell, span) for span in turns(leaf.compare)]
        return lambda at: verdict(cell(at), leaf.compare, lambda key: JsonCell(at[self.fact_columns[key]]))

    # --- conditions about events -----------------------------------------------------------------------------

    def _aggregate(self, expression: Any) -> str:
        name = f"of_events_{len(self.counted)}"
        self.counted[name] = expression
        return name

    def _leaving(self, what: Happening, counts: Any, *, last: bool) -> None:
        """Note when the first (or, where only the last matters, the last) event leaves its window."""
        if what.within is not None:
            at = self.events.occurred_at
            name = self._aggregate(at.max(where=counts) if last else at.min(where=counts))
            span = ibis.interval(seconds=what.within)
            self.turning.append(lambda joined: joined[name] + span)

    def _did(self, leaf: Did) -> Decide:
        if leaf.unless is not None:
            return self._did_not_follow(leaf, leaf.unless)
        counts = self.beside.counts(self.events, leaf.what)
        name = self._aggregate(self.events.count(where=counts))
        once = len(leaf.times) == 1 and (leaf.times[0].op, leaf.times[0].value) in {("at_least", 1), ("over", 0), ("at_most", 0)}
        self._leaving(leaf.what, counts, last=once)
        return self._compared_count(leaf, name)

    def _compared_count(self, leaf: Did, name: str) -> Decide:
        for one in leaf.times:
            if one.other:
                self._fact_column(one.other)
        return lambda at: verdict(PlainCell(at[name].fill_null(0)), leaf.times, lambda key: JsonCell(at[self.fact_columns[key]]))

    def _summary(self, leaf: Summary) -> Decide:
        events = self.events
        counts = self.beside.counts(events, leaf.what)
        if leaf.kind == "count":
            name = self._aggregate(events.count(where=counts))
            cell: Callable[[Any], Cell] = lambda at: PlainCell(at[name].fill_null(0))  # noqa: E731 - one of four
        elif leaf.kind == "sum":
            assert leaf.of
            name = self._aggregate(as_amount(at_path(events.properties, leaf.of).text()).sum(where=counts))
            cell = lambda at: PlainCell(at[name].fill_null(ibis.literal(0).cast("decimal(38, 4)")))  # noqa: E731
        elif leaf.of is None:
            name = self._aggregate(events.occurred_at.max(where=counts) if leaf.kind == "last" else events.occurred_at.min(where=counts))
            cell = lambda at: PlainCell(at[name])  # noqa: E731
        else:
            found = at_path(events.properties, leaf.of)
            pick = found.json().argmax if leaf.kind == "last" else found.json().argmin
            in_order = ibis.struct({"at": events.occurred_at, "id": events.id})
            name = self._aggregate(pick(in_order, where=counts & found.text().notnull()))
            cell = lambda at: JsonCell(at[name])  # noqa: E731
        self._leaving(leaf.what, counts, last=leaf.kind == "last" and leaf.of is None)
        return self._compared(leaf, cell)

    def _did_not_follow(self, leaf: Did, unless: Happening) -> Decide:
        """Count what was not followed in time; what may still be followed counts only once the time is over."""
        span = ibis.interval(seconds=unless.within or 0)
        stays_away = Happening(events=unless.events, where=unless.where, since=unless.since)
        follows = ibis.ifelse(self.beside.counts(self.events, stays_away), self.events.occurred_at, ibis.null("timestamp(6)"))
        onwards = ibis.range_window(group_by=self.events.person, order_by=self.events.occurred_at, preceding=0, following=None)
        marked = self.events.mutate(followed_at=follows.min().over(onwards))
        over_at = marked.occurred_at + span
        alone = self.beside.counts(marked, leaf.what) & (marked.followed_at.isnull() | (marked.followed_at >= over_at))
        number = len(self.apart)
        columns = {
            f"alone_{number}": marked.count(where=alone & (over_at <= moment())),
            f"alone_soon_{number}": over_at.min(where=alone & (over_at > moment())),
            f"alone_first_{number}": marked.occurred_at.min(where=alone),
        }
        self.apart.append(marked.group_by(whose=marked.person).agg(**columns))
        self.turning.append(lambda at: at[f"alone_soon_{number}"])
        if leaf.what.within is not None:
            window = ibis.interval(seconds=leaf.what.within)
            self.turning.append(lambda at: at[f"alone_first_{number}"] + window)
        return self._compared_count(leaf, f"alone_{number}")

    def _sequence(self, leaf: Sequence) -> Decide:
        """For each event, the latest start of the steps so far that ended before it; the last step closes the span."""
        steps = self.events
        for index, what in enumerate(leaf.steps):
            here = ibis.ifelse(
                self.beside.counts(steps, what), steps.occurred_at if index == 0 else steps[f"before_{index}"], ibis.null("timestamp(6)")
            )
            steps = steps.mutate(**{f"step_{index}": here})
            if index < len(leaf.steps) - 1:
                earlier = ibis.window(group_by=steps.person, order_by=[steps.occurred_at, steps.id], preceding=(None, 1))
                steps = steps.mutate(**{f"before_{index + 1}": steps[f"step_{index}"].max().over(earlier)})
        start = steps[f"step_{len(leaf.steps) - 1}"]
        done = start.notnull()
        if leaf.within is not None:
            done &= steps.occurred_at <= start + ibis.interval(seconds=leaf.within)
        name = f"sequences_{len(self.apart)}"
        self.apart.append(steps.group_by(whose=steps.person).agg(**{name: steps.count(where=done)}))
        return lambda at: at[name].fill_null(0) > 0


def _column(name: str) -> Decide:
    return lambda at: at[name]


def _later(cell: Callable[[Any], Cell], span: Any) -> Decide:
    return lambda at: cell(at).moment() + span


def _facts(columns: dict[str, str]) -> Any:
    base = table("facts")
    base = base.filter(base.key.isin(sorted(columns)))
    return base.group_by(whose=base.person).agg(**{name: base.value.max(where=base.key == key) for key, name in columns.items()})
