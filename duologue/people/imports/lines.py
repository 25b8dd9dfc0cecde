"""What lines of a file become: drafts; and what all kinds of lines have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from duologue.kit.pipeline import Refused
from duologue.people.imports.values import Row  # noqa: TC001  msgspec reads it at run time
from duologue.people.intake.rules import Incoming, add_evidence

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duologue.people.imports.recipe import EventRule, Recipe
    from duologue.people.imports.values import Columns


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
