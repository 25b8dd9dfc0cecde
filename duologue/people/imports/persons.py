"""Each line is a person: identifiers, facts and consent."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from duologue.kit.ids import digest16
from duologue.people.consent.rules import GRANTED, LONG_AGO
from duologue.people.imports.lines import Context, Draft, Whose
from duologue.people.intake.rules import CONSENT, MOST_TRAITS, Incoming, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duologue.people.imports.recipe import Consent
    from duologue.people.imports.values import Columns, Row

NOTHING_ELSE: Final = digest16()
"""What a draft says whose key says it all."""
REMEMBERED: Final = 50_000


class Stated:
    """A statement of consent tied to the columns of a file; the same one of a person is taken from a source once, whenever it was made.

    Who agreed on a day that no column gives agreed long ago, so that any leaving that is known, or comes to be known, is later.
    """

    def __init__(self, consent: Consent, holds: Callable[[Row], bool], source: str, columns: Columns) -> None:
        self.holds = holds
        self.words = (consent.channel, consent.purpose, consent.state, consent.wording)
        self._at = columns.moment(consent.at) if consent.at else None
        self._long_ago = LONG_AGO if consent.state == GRANTED else None
        self._name = next(name for name, state in CONSENT.items() if state == consent.state)
        self._properties = {"channel": consent.channel, "purpose": consent.purpose, "wording": consent.wording}
        self._properties["source"] = consent.source or source

    def event(self, row: Row, person: Incoming) -> Incoming:
        """Return the statement of the person in a row."""
        now = person.received_at
        at = self._at(row) if self._at else self._long_ago or now
        event = Incoming(person.source, now, at, "track", self._name, properties=dict(self._properties))
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
