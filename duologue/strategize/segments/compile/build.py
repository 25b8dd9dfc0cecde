"""From a rule's tree to one SQL statement.

All that is asked about events becomes one pass over them (an aggregate per condition, each with its own filter), facts and
memberships likewise; the last step joins these and decides. People of whom nothing is known are brought in only where the
rule holds for them.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import ibis

from duologue.strategize.segments.compile import of_events
from duologue.strategize.segments.compile.cells import TRUE, JsonCell, near
from duologue.strategize.segments.compile.gathered import FACTS, Gathered
from duologue.strategize.segments.compile.told import NEVER, Told, against, together
from duologue.strategize.segments.rules.reads import leaves
from duologue.strategize.segments.rules.strangers import holds_for_a_stranger
from duologue.strategize.segments.rules.tree import All, Did, Fact, In, May, Not, Property, Sequence, Some, Summary

if TYPE_CHECKING:
    from duologue.strategize.segments.rules.tree import Cond, Leaf, Rule


def to_sql(rule: Rule, *, dialect: str = "duckdb", moment: str = "$now") -> str:
    """Return the statement that yields (person, member, recheck_at); `moment` stands for the present.

    It tells of every row of people where the rule holds for somebody of whom nothing is known; else only of those who are in
    or may be by themselves. People who are no more are told of as long as something of theirs is looked at.
    """
    gathered = Gathered(list(leaves(rule.where)))
    sql = str(ibis.to_sql(_told(gathered, rule), dialect=dialect))
    if gathered.named:
        before = ",\n".join(f"{name} AS (\n{ibis.to_sql(made, dialect=dialect)}\n)" for name, made in gathered.named.items())
        sql = f"WITH {before}" + (f",\n{sql.removeprefix('WITH ')}" if sql.startswith("WITH ") else f"\n{sql}")
    return sql.replace("MOMENT()", f"CAST({moment} AS TIMESTAMP)")


def settled(rule: Rule) -> bool:
    """Say whether the statement tells of those alone who are in, none of whom leaves and whom nobody joins as time passes."""
    gathered = Gathered(list(leaves(rule.where)))
    return not holds_for_a_stranger(rule.where) and not any(_condition(gathered, one).turns for one in _parts(rule.where))


def _told(gathered: Gathered, rule: Rule) -> Any:
    everyone = holds_for_a_stranger(rule.where)
    parts = _parts(rule.where)
    told = [_condition(gathered, one) for one in parts]
    row = gathered.joined(_needed(parts, told), everyone=everyone)
    holds = {f"holds_{at}": one.holds(row) for at, one in enumerate(told)}
    turns = {f"next_{at}": one.next(row) for at, one in enumerate(told) if one.turns}
    row = row.select("person", **holds, **turns)
    found = row.select(row.person, member=reduce(and_, [row[name] for name in holds] or [TRUE]), recheck_at=_recheck(row, told))
    if everyone:
        return found
    return found.filter(found.member if _only_inside(told) else found.member | found.recheck_at.notnull())


def _only_inside(told: list[Told]) -> bool:
    """Say whether only those who are in have a moment at which that may change."""
    return all(turn.inside for one in told for turn in one.turns)


def _recheck(row: Any, told: list[Told]) -> Any:
    """Return the first moment at which one of the conditions may turn; none where one does not hold and never will by itself."""
    turns = [row[f"next_{at}"] for at, one in enumerate(told) if one.turns]
    if not turns:
        return NEVER
    first = ibis.least(*turns) if len(turns) > 1 else turns[0]
    if len(told) == 1:
        return first
    stuck = [~row[f"holds_{at}"] & row[f"next_{at}"].isnull() if one.turns else ~row[f"holds_{at}"] for at, one in enumerate(told)]
    return ibis.ifelse(reduce(or_, stuck), NEVER, first)


def _parts(cond: Cond) -> list[Cond]:
    """Return the conditions that must all hold."""
    return [part for one in cond.of for part in _parts(one)] if isinstance(cond, All) else [cond]


def _needed(parts: list[Cond], told: list[Told]) -> set[str]:
    """Return the sources without a row of which a person is not in, and never will be by themselves."""
    found = [one.sources for cond, one in zip(parts, told, strict=True) if not holds_for_a_stranger(cond)]
    return {name for sources in found if len(sources) == 1 for name in sources}


def _condition(gathered: Gathered, cond: Cond) -> Told:
    if isinstance(cond, All | Some):
        return together([_condition(gathered, one) for one in cond.of], every=isinstance(cond, All))
    if isinstance(cond, Not):
        return against(_condition(gathered, cond.of))
    assert not isinstance(cond, Property)
    return _leaf(gathered, cond)


def _leaf(gathered: Gathered, leaf: Leaf) -> Told:
    if isinstance(leaf, Fact):
        column = gathered.fact(leaf.key, near(leaf.compare))
        return of_events.compared(gathered, lambda row: JsonCell(row[column]), leaf.compare, FACTS)
    if isinstance(leaf, Did):
        return of_events.did(gathered, leaf)
    if isinstance(leaf, Summary):
        return of_events.summary(gathered, leaf)
    if isinstance(leaf, Sequence):
        return of_events.sequence(gathered, leaf)
    if isinstance(leaf, May):
        source, name = "consents", gathered.rows("consents", lambda base: (base.purpose == leaf.purpose) & base.channel.isin(leaf.by))
    else:
        assert isinstance(leaf, In)
        source, name = "members", gathered.rows("members", lambda base: base.segment == leaf.segment)
    return Told(lambda row: row[name].fill_null(0) > 0, (), frozenset({source}))
