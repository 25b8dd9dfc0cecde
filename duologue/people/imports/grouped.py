"""Several lines are one event, such as the lines of an order."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.kit.ids import digest16
from duologue.kit.money import places
from duologue.kit.pipeline import Refused
from duologue.people.imports.lines import Chosen, Context, Draft, LeftOut, Whose, chosen, dates
from duologue.people.intake.rules import Incoming

if TYPE_CHECKING:
    from duologue.people.imports.values import Row

APART: Final = 2_000
"""Lines of one order may stand this far apart; then the order is taken as complete."""


@dataclass(slots=True)
class Gathered:
    """An order being gathered; without items, all its lines so far were passed over, the first of them `because`."""

    first: int
    last: int
    row: Row
    because: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    thousandths: int = 0


class GroupedLines:
    """Several lines are one event, such as the lines of an order."""

    def __init__(self, context: Context) -> None:
        recipe, columns = context.recipe, context.columns
        assert recipe.group is not None
        assert recipe.time is not None
        self.context, self.group = context, recipe.group
        self.whose = Whose(context)
        self.at = columns.moment(recipe.time)
        self.within = dates(recipe)
        self.by = columns.place(recipe.group.by)
        self.item = [(key, columns.value(made)) for key, made in recipe.group.item.items()]
        self.quantity = columns.place(recipe.group.quantity) if recipe.group.quantity else None
        self.price = columns.place(recipe.group.price) if recipe.group.price else None
        self.rules = [Chosen(rule, columns) for rule in recipe.events]
        self.open: OrderedDict[str, Gathered] = OrderedDict()
        self.repeated = 0

    def add(self, line: int, row: Row) -> tuple[Draft, ...]:
        """Put a line with its order; raises Refused where it cannot be read."""
        self.within(self.at(row))
        item = {key: value for key, make in self.item if (value := make(row)) is not None}
        worth = self._worth(row)
        order = self._open(line, row)
        if not order.items:
            order.row = row
        order.items.append(item)
        order.thousandths += worth
        return ()

    def leave_out(self, line: int, row: Row, because: str) -> None:
        """Take note of a line that is passed over, so that orders left out with all their lines are counted too."""
        if row[self.by]:
            order = self._open(line, row)
            order.because = order.because or because

    def _open(self, line: int, row: Row) -> Gathered:
        order = self.open.get(row[self.by])
        if order is None:
            order = self.open[row[self.by]] = Gathered(line, line, row)
        else:
            self.open.move_to_end(row[self.by])
        order.last = line
        return order

    def done(self, line: int) -> list[Draft | tuple[Gathered, Refused]]:
        """Give the orders whose lines are all read by now, or why one is not given; at the end of the file all of them."""
        ready: list[Gathered] = []
        while self.open:
            first = next(iter(self.open.values()))
            if first.last > line - APART:
                break
            self.open.popitem(last=False)
            ready.append(first)
        drafts: list[Draft | tuple[Gathered, Refused]] = []
        for order in ready:
            try:
                drafts.append(self._draft(order))
            except Refused as refusal:
                drafts.append((order, refusal))
        return drafts

    def position(self, line: int) -> int:
        """Return the line up to which every order was given: the one before the first line of any still open."""
        return min((order.first for order in self.open.values()), default=line + 1) - 1

    def _draft(self, order: Gathered) -> Draft:
        recipe, row = self.context.recipe, order.row
        rule = chosen(self.rules, row)
        if not order.items:
            raise LeftOut(f"{rule.event} (left out: {order.because})")
        properties = rule.properties(row) | {self.group.lines: order.items}
        if recipe.currency:
            properties["currency"] = recipe.currency
        if rule.total:
            properties[rule.total] = round(abs(order.thousandths) / 1000, places(recipe.currency or "EUR"))
        event = Incoming(recipe.source, self.context.now, self.at(row), "track", rule.event, properties=properties)
        self.whose.put(event, self.whose(row))
        content = digest16(msgspec.json.encode([properties, event.occurred_at, event.identifiers]).decode())
        key = digest16("group", recipe.source, rule.event, row[self.by])
        return Draft(order.first, len(order.items), key, content, event, row)

    def _worth(self, row: Row) -> int:
        if self.quantity is None or self.price is None:
            return 0
        try:
            return round(float(row[self.price]) * 1000 * float(row[self.quantity]))
        except ValueError as mistake:
            raise Refused("not a number", "Quantity or price of this line is not a number.") from mistake
