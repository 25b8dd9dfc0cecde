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
        """Return whether a row of events is one of those meant; never unknown, as name and moment never are."""
        found = events.name.isin(what.events)
        if what.within is not None:
            found &= events.occurred_at > moment() - ibis.interval(seconds=what.within)
        if what.since is not None:
            found &= ibis.coalesce(events.occurred_at >= self._fact(events, what.since).moment(), FALSE)
        if what.where is not None:
            found &= self._where(events, what.where)
        return found

    def limits(self, what: Happening) -> list[tuple[str, Any]]:
        """Return the paths of moments that are compared with a limit that moves with time, and how long after them it passes."""
        return [(one.path, span) for one in properties(what.where) for span in turns(one.compare)]

    def passing(self, what: Happening, path: str, span: Any) -> tuple[Happening, Any, Any]:
        """Return the aggregate that finds the next moment at which such an event's property passes the limit, and its rows."""

        def passes(events: Any) -> Any:
            return at_path(events.properties, path).moment() + span

        return (
            what,
            lambda events, counts: passes(events).min(where=counts),
            lambda events: ibis.coalesce(events.name.isin(what.events) & (passes(events) > moment()), FALSE),
        )

    def _where(self, events: Any, cond: Cond) -> Any:
        if isinstance(cond, All):
            return reduce(and_, [self._where(events, one) for one in cond.of] or [TRUE])
        if isinstance(cond, Some):
            return reduce(or_, [self._where(events, one) for one in cond.of] or [FALSE])
        if isinstance(cond, Not):
            return ~self._where(events, cond.of)
        assert isinstance(cond, Property)
        return verdict(at_path(events.properties, cond.path), cond.compare, lambda key: self._fact(events, key))

    def _fact(self, events: Any, key: str) -> JsonCell:
        return JsonCell(events[self.columns[key]])
