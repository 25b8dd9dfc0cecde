"""From the lines of a file to drafts: people, events, and orders gathered from several lines."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import msgspec

from duologue.kit.ids import digest16
from duologue.kit.money import places
from duologue.kit.pipeline import Refused
from duologue.people.imports.values import Row  # noqa: TC001  msgspec reads it at run time
from duologue.people.intake.rules import CONSENT, MOST_TRAITS, Incoming, add_evidence, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from duologue.people.imports.recipe import Consent, EventRule, Recipe
    from duologue.people.imports.values import Columns

APART: Final = 2_000
"""Lines of one order may stand this far apart; then the order is taken as complete."""
ORDINALS_OVER: Final = 100_000
NOTHING_ELSE: Final = digest16()
"""What a draft says whose key says it all."""
REMEMBERED: Final = 50_000


class Draft(msgspec.Struct, eq=False, gc=False, array_like=True):
    """What some lines of a file say: a key for what it is, a digest of what it says, and the event they become."""

    line: int
    lines: int
    key: bytes
    content: bytes
    event: Incoming
    row: Row
    again: bool = False
    """Whether it is taken in again when it says something else than before."""


@dataclass(slots=True)
class Context:
    """What all lines of an import share."""

    recipe: Recipe
    columns: Columns
    country: str
    now: datetime


class Whose:
    """Makes the identifiers of a row."""

    def __init__(self, context: Context) -> None:
        recipe, columns = context.recipe, context.columns
        made = {"external": f"{{{recipe.external_id}}}"} if recipe.external_id else {}
        self.kinds = [(kind, columns.text(template)) for kind, template in (made | recipe.identifiers).items()]
        if not self.kinds:
            raise Refused("bad recipe", "Nothing says whose the lines are: give an external id or identifiers.")
        self.country = context.country

    def __call__(self, row: Row) -> dict[str, str]:
        return {kind: value for kind, text in self.kinds if (value := text(row))}

    def put(self, event: Incoming, pairs: dict[str, str]) -> None:
        """Put identifiers on an event; raises Refused where none is left."""
        if not pairs:
            raise Refused("nobody", "The line names nobody.")
        add_evidence(event, pairs, self.country)


class Stated:
    """A statement of consent tied to the columns of a file; the same one of a person is taken from a source once, whenever it was made."""

    def __init__(self, consent: Consent, holds: Callable[[Row], bool], source: str, columns: Columns) -> None:
        self.holds = holds
        self.words = (consent.channel, consent.purpose, consent.state, consent.wording)
        self._at = columns.moment(consent.at) if consent.at else None
        self._name = next(name for name, state in CONSENT.items() if state == consent.state)
        self._properties = {"channel": consent.channel, "purpose": consent.purpose, "wording": consent.wording}
        self._properties["source"] = consent.source or source

    def event(self, row: Row, person: Incoming) -> Incoming:
        """Return the statement of the person in a row."""
        now = person.received_at
        event = Incoming(person.source, now, self._at(row) if self._at else now, "track", self._name, properties=dict(self._properties))
        event.identifiers, event.shown = person.identifiers, person.shown
        return event


class PeopleLines:
    """Each line is a person: identifiers, facts and consent."""

    def __init__(self, context: Context) -> None:
        recipe, columns = context.recipe, context.columns
        self.context = context
        self.source = recipe.source
        self.whose = Whose(context)
        kept = ((key, columns.value(made)) for key, made in recipe.facts.items())
        self.facts = [(name, make) for key, make in kept for name in facts_of({key: None})]
        self.purposes = tuple(recipe.purposes)
        holds = [columns.where(one.where) for one in recipe.consent]
        self.said = itemgetter(*sorted(columns.asked))  # neither time is among them: saying the same later is no change
        self.at = columns.moment(recipe.time) if recipe.time else None
        self.consent = [Stated(one, test, self.source, columns) for one, test in zip(recipe.consent, holds, strict=True)]
        self.last: dict[str, object] = {}
        self.repeated = 0

    def add(self, line: int, row: Row) -> Iterator[Draft]:
        """Give the drafts of a line, none where the person's last line said the same; raises Refused where it cannot be read."""
        pairs = self.whose(row)
        said = self.said(row)
        first = next(iter(pairs.values()), "")
        if self.last.get(first) == said:
            self.repeated += 1
            return
        facts = {key: value for key, make in self.facts if (value := make(row)) is not None}
        if len(facts) > MOST_TRAITS:
            facts = dict(list(facts.items())[:MOST_TRAITS])
        at = self.at(row) if self.at else self.context.now
        event = Incoming(self.source, self.context.now, at, "identify", "", traits=facts, purposes=self.purposes)
        self.whose.put(event, pairs)
        ref = "\x1e".join(event.identifiers[0])
        content = digest16(msgspec.json.encode([pairs, facts]).decode())
        yield Draft(line, 1, digest16("person", self.source, ref), content, event, row, again=True)
        for consent in self.consent:
            if consent.holds(row):
                yield Draft(line, 0, digest16("consent", self.source, ref, *consent.words), NOTHING_ELSE, consent.event(row, event), row)
        if len(self.last) >= REMEMBERED:
            self.last.clear()
        self.last[first] = said  # only now: a line that cannot be read is not what the person said last

    def leave_out(self, line: int, row: Row, because: str) -> None:
        """Take note of a line that is passed over: nothing hangs on it."""

    def done(self, _line: int) -> list[Draft]:
        """Give what is complete only now: nothing."""
        return []

    def position(self, line: int) -> int:
        """Return the line up to which all drafts were given."""
        return line


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


class Chosen:
    """An event rule tied to the columns of a file."""

    def __init__(self, rule: EventRule, columns: Columns) -> None:
        self.event, self.total = rule.event, rule.total
        self.holds = columns.where(rule.when) if rule.when else None
        self.made = [(key, columns.value(value)) for key, value in rule.properties.items()]

    def properties(self, row: Row) -> dict[str, Any]:
        return {key: value for key, make in self.made if (value := make(row)) is not None}


def chosen(rules: list[Chosen], row: Row) -> Chosen:
    """Return the first rule that holds for a row; raises Refused where none does."""
    for rule in rules:
        if rule.holds is None or rule.holds(row):
            return rule
    raise Refused("no event for it", "No rule under `events` holds for this line.")


def dates(recipe: Recipe) -> Callable[[datetime], None]:
    """Return a check that raises Refused for moments outside the recipe's days, on the recipe's clock."""
    first, last = recipe.from_, recipe.to
    if first is None and last is None:
        return lambda _at: None
    zone = ZoneInfo(recipe.time.zone if recipe.time else "UTC")

    def check(at: datetime) -> None:
        day = at.astimezone(zone).date()
        if first and day < first:
            raise OutOfRange("before the first day")
        if last and day > last:
            raise OutOfRange("after the last day")

    return check


class LeftOut(Refused):
    """What the recipe leaves out; counted, and not listed as a mistake."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, f"The line is {reason} of the recipe.")


class OutOfRange(LeftOut):
    """A line left out by its date."""
