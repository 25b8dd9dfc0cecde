"""What is gathered of each person before a rule decides: one row per person from each table, joined to one."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import ibis

from duologue.strategize.segments.compile.happened import Beside
from duologue.strategize.segments.compile.vocabulary import moment, table
from duologue.strategize.segments.rules.reads import happening_facts, happenings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from duologue.strategize.segments.rules.tree import Happening, Leaf

    Counts = Callable[[Any], Any]
    Near = Callable[[Any], Any]

EVENTS = "events"
FACTS = "facts"


class Gathered:
    """Collects what conditions ask for; each ask answers with the name of the column in which it will stand."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._facts: dict[str, str] = {}
        self._near: list[Near | None] = []  # for each time that a fact is asked for
        self._asked: dict[str, list[tuple[str, Counts]]] = {}  # of consents and members: the rows that count
        self._counted: dict[str, tuple[Counts, Callable[[Any, Any], Any]]] = {}
        self._counting: list[Happening] = []
        self._narrower = False
        self._apart: dict[str, Any] = {}
        self.named: dict[str, Any] = {}
        keys = sorted({key for leaf in leaves for what in happenings(leaf) for key in happening_facts(what)})
        self.beside = Beside({key: f"beside_{number}" for number, key in enumerate(keys)})

    # --- asking ----------------------------------------------------------------------------------------------

    def fact(self, key: str, near: Near | None = None) -> str:
        """Return the column of a fact; nothing may stand there where it is not `near`, as if there were none."""
        self._near.append(near)
        return self._facts.setdefault(key, f"fact_{len(self._facts)}")

    def rows(self, name: str, counts: Counts) -> str:
        """Return the column that counts rows of consents or members; nothing stands there where there are none."""
        asked = self._asked.setdefault(name, [])
        asked.append((f"{name}_{len(asked)}", counts))
        return asked[-1][0]

    def of_events(self, what: Happening, aggregate: Callable[[Any, Any], Any], counts: Counts | None = None) -> str:
        """Return the column of an aggregate over events, made from (events, which of them count, or None where all do)."""
        name = f"of_events_{len(self._counted)}"
        self._counting.append(what)
        self._narrower |= counts is not None
        self._counted[name] = (counts or (lambda events: self.beside.counts(events, what)), aggregate)
        return name

    def apart(self, make: Callable[[str], Any]) -> str:
        """Join a table of its own, made from the name it gets, with one row per person in `whose`; return the name."""
        name = f"apart_{len(self._apart)}"
        self._apart[name] = make(name)
        return name

    def once(self, made: Any) -> Any:
        """Let a table that is looked at several times be made once; `named` holds what it is made of."""
        name = f"once_{len(self.named)}"
        self.named[name] = made
        return ibis.table(made.schema(), name=name)

    def events(self, names: Iterable[str], within: int | None) -> Any:
        """Return events of these names, of the last `within` seconds, each beside the facts that decide whether it counts."""
        base = table(EVENTS)
        base = base.filter(base.name.isin(sorted(set(names))))
        if within is not None:
            base = base.filter(base.occurred_at > moment() - ibis.interval(seconds=within))
        if not self.beside.columns:
            return base
        facts = _facts(self.beside.columns)
        return base.left_join(facts, base.person == facts.whose)

    # --- joining ---------------------------------------------------------------------------------------------

    def joined(self, needed: Iterable[str], *, everyone: bool) -> Any:
        """Return rows with `person` and every column asked for.

        Of `needed` sources every person who is told of must have a row. `everyone`: people of whom nothing is known are told of.
        """
        sources = {name: made.rename({f"whose_{name}": "whose"}) for name, made in self._sources().items()}
        needed = [name for name in sources if name in set(needed)]
        if not everyone and not needed and len(sources) == 1:
            needed = list(sources)
        if everyone or not needed:
            joined, whose, done = table("people"), "person", ""
        else:
            done = needed[0]
            joined, whose = sources[done], f"whose_{done}"
        for name in sorted(sources, key=lambda name: name not in needed):
            if name != done:
                join = joined.join if name in needed and not everyone else joined.left_join
                joined = join(sources[name], joined[whose] == sources[name][f"whose_{name}"])
        return joined.mutate(person=joined[whose])

    def _sources(self) -> dict[str, Any]:
        found = dict(self._apart)
        if self._counted:
            found[EVENTS] = self._aggregated()
        if self._facts:
            found[FACTS] = _facts(self._facts, self._near[0] if len(self._near) == 1 else None)
        for name, asked in self._asked.items():
            base = table(name)
            base = base.filter(reduce(or_, [counts(base) for _, counts in asked]))
            columns = {column: base.count(where=counts(base) if len(asked) > 1 else None) for column, counts in asked}
            found[name] = base.group_by(whose=base.person).agg(**columns)
        return found

    def _aggregated(self) -> Any:
        """Aggregate events in one pass; what all that is asked counts is asked once, beforehand."""
        first = self._counting[0]
        if not self._narrower and not self.beside.columns and all(what == first for what in self._counting):
            events = table(EVENTS)
            events = events.filter(self.beside.counts(events, first))
            columns = {name: make(events, None) for name, (_, make) in self._counted.items()}
            return events.group_by(whose=events.person).agg(**columns)
        spans = [what.within for what in self._counting]
        longest = None if None in spans else max(span for span in spans if span is not None)
        events = self.events([name for what in self._counting for name in what.events], longest)
        conditions = [counts(events) for counts, _ in self._counted.values()]
        alike = all(one.equals(conditions[0]) for one in conditions[1:])
        if alike:
            events = events.filter(conditions[0])
        columns = {name: make(events, None if alike else counts(events)) for name, (counts, make) in self._counted.items()}
        return events.group_by(whose=events.person).agg(**columns)


def _facts(columns: Mapping[str, str], near: Near | None = None) -> Any:
    base = table(FACTS)
    if len(columns) == 1:
        [(key, name)] = columns.items()
        base = base.filter(base.key == key, *([near(base.value)] if near else []))
        return base.select(base.value.name(name), whose=base.person)
    base = base.filter(base.key.isin(sorted(columns)))
    return base.group_by(whose=base.person).agg(**{name: base.value.max(where=base.key == key) for key, name in columns.items()})
