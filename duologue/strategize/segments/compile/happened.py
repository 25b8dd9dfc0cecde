"""Which rows of events are meant by {event, where, within, since}."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import ibis

from duologue.strategize.segments.compile.cells import FALSE, TRUE, JsonCell, at_path, turns, verdict
from duologue.strategize.segments.compile.vocabulary import moment
from duologue.strategize.segments.rules.reads import properties
from duologue.strategize.segments.rules.tree import All, Not, Property, Some

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.strategize.segments.rules.tree import Cond, Happening


@dataclass(frozen=True)
class Beside:
    """The columns in which facts of the person stand beside each event."""

    columns: Mapping[str, str]

    def counts(self, events: Any, what: Happening) -> Any:
        """Return whether a row of events is one of those meant; never unknown."""
        found = events.name.isin(what.events)
        if what.within is not None:
            found &= events.occurred_at > moment() - ibis.interval(seconds=what.within)
        if what.since is not None:
            found &= events.occurred_at >= self._fact(events, what.since).moment()
        if what.where is not None:
            found &= self._where(events, what.where)
        return ibis.coalesce(found, FALSE)

    def turning(self, events: Any, what: Happening) -> list[tuple[Any, Any]]:
        """Return, with the rows they hold for, the moments at which properties of such events pass a limit that moves with time."""
        found = [at_path(events.properties, one.path).moment() + span for one in properties(what.where) for span in turns(one.compare)]
        return [(at, events.name.isin(what.events) & (at > moment())) for at in found]

    def _where(self, events: Any, cond: Cond) -> Any:
        if isinstance(cond, All):
            return reduce(and_, [self._where(events, one) for one in cond.of], TRUE)
        if isinstance(cond, Some):
            return reduce(or_, [self._where(events, one) for one in cond.of], FALSE)
        if isinstance(cond, Not):
            return ~self._where(events, cond.of)
        assert isinstance(cond, Property)
        return verdict(at_path(events.properties, cond.path), cond.compare, lambda key: self._fact(events, key))

    def _fact(self, events: Any, key: str) -> JsonCell:
        return JsonCell(events[self.columns[key]])
