"""Each line is an event."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from duologue.kit.ids import digest16
from duologue.people.imports.lines import Chosen, Context, Draft, Whose, chosen, dates
from duologue.people.intake.rules import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.people.imports.values import Row

ORDINALS_OVER: Final = 100_000


class EventLines:
    """Each line is an event."""

    def __init__(self, context: Context) -> None:
        recipe, columns = context.recipe, context.columns
        assert recipe.time is not None
        self.context = context
        self.whose = Whose(context)
        self.at = columns.moment(recipe.time)
        self.within = dates(recipe)
        self.rules = [Chosen(rule, columns) for rule in recipe.events]
        self.repeated = 0
        self._equal: tuple[Counter[bytes], Counter[bytes]] = (Counter(), Counter())
        self._since = 0

    def add(self, line: int, row: Row) -> Iterator[Draft]:
        """Give the draft of a line; raises Refused where it cannot be read."""
        ordinal = self._ordinal(line, row)
        at = self.at(row)
        self.within(at)
        rule = chosen(self.rules, row)
        event = Incoming(self.context.recipe.source, self.context.now, at, "track", rule.event, properties=rule.properties(row))
        self.whose.put(event, self.whose(row))
        content = digest16(*row)
        yield Draft(line, 1, digest16("line", self.context.recipe.source, content.hex(), str(ordinal)), content, event, row)

    def went_before(self, line: int, row: Row) -> None:
        """Count a line that was imported before the reading was cut off."""
        self._ordinal(line, row)

    def _ordinal(self, line: int, row: Row) -> int:
        """Return how many equal lines came before among the last 100,000 and more; equal orders may be given twice."""
        if line - self._since >= ORDINALS_OVER:
            self._equal = (self._equal[1], Counter())
            self._since = line
        same = digest16(*row)
        before = self._equal[0][same] + self._equal[1][same]
        self._equal[1][same] += 1
        return before

    def leave_out(self, line: int, row: Row, because: str) -> None:
        """Take note of a line that is passed over: nothing hangs on it."""

    def done(self, _line: int) -> list[Draft]:
        """Give what is complete only now: nothing."""
        return []

    def position(self, line: int) -> int:
        """Return the line up to which all drafts were given."""
        return line
