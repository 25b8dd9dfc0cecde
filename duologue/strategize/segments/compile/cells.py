"""Values that are compared: what stands in JSON, a number, a moment. A comparison gives a verdict and when it may turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

import ibis

from duologue.strategize.segments.compile.vocabulary import as_moment, as_number, moment, path_among, path_json, path_says, path_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.strategize.segments.rules.tree import Compare

FALSE = ibis.literal(value=False)
TRUE = ibis.literal(value=True)


class Cell(Protocol):
    """Something to compare, seen as what the comparison needs."""

    def text(self) -> Any: ...
    def number(self) -> Any: ...
    def moment(self) -> Any: ...
    def among(self, text: Any) -> Any: ...
    def says(self, text: Any) -> Any: ...
    def known(self) -> Any: ...


@dataclass(frozen=True)
class JsonCell:
    """What stands at a path of a JSON text."""

    document: Any
    path: str = "$"

    def text(self) -> Any:
        return path_text(self.document, self.path)

    def json(self) -> Any:
        return path_json(self.document, self.path)

    def number(self) -> Any:
        return as_number(self.text())

    def moment(self) -> Any:
        return as_moment(self.text())

    def among(self, text: Any) -> Any:
        return path_among(self.document, self.path, text)

    def says(self, text: Any) -> Any:
        return path_says(self.document, self.path, text)

    def known(self) -> Any:
        return self.text().notnull() & self.text().notin(["", "[]"])


@dataclass(frozen=True)
class PlainCell:
    """A number or a moment that was computed."""

    value: Any

    def text(self) -> Any:
        return self.value.cast("string")

    def number(self) -> Any:
        return self.value

    def moment(self) -> Any:
        return self.value

    def among(self, text: Any) -> Any:
        return FALSE

    says = among

    def known(self) -> Any:
        return self.value.notnull()


def at_path(document: Any, path: str) -> JsonCell:
    """Return what stands at a dotted path."""
    return JsonCell(document, "$" + "".join(f'."{part}"' for part in path.split(".")))


def verdict(cell: Cell, compare: list[Compare], other: Callable[[str], Cell]) -> Any:
    """Return whether the cell meets every comparison; what is not known meets only `not` and `known: false`."""
    found = TRUE
    for one in compare:
        found &= ibis.coalesce(_holds(cell, one, other), FALSE)
    return found


def turns(compare: list[Compare]) -> list[Any]:
    """Return how long after (or before) the compared moment the verdict may turn by itself."""
    found: list[Any] = []
    for one in compare:
        if isinstance(one.value, int) and one.op in {"before", "after", "within"}:
            span = ibis.interval(seconds=one.value)
            found += [span, ibis.interval(microseconds=one.value * 1_000_000 + 1)]
            found += [ibis.interval(seconds=-one.value)] if one.op == "within" else []
    return found


def _holds(cell: Cell, one: Compare, other: Callable[[str], Cell]) -> Any:
    if one.op == "known":
        known = ibis.coalesce(cell.known(), FALSE)
        return known if one.value else ~known
    if one.op in {"is", "not"}:
        same = ibis.coalesce(_same(cell, one, other), FALSE)
        return same if one.op == "is" else ~same
    if one.op == "has":
        text = ibis.literal(_words(one.value))
        return ibis.coalesce(cell.among(text), FALSE) | ibis.coalesce(cell.says(text), FALSE)
    if one.op in {"before", "after", "within"}:
        return _in_time(cell, one, other)
    left = cell.number()
    right = other(one.other).number() if one.other else _number(one.value)
    return {"over": left > right, "under": left < right, "at_least": left >= right, "at_most": left <= right}[one.op]


def _same(cell: Cell, one: Compare, other: Callable[[str], Cell]) -> Any:
    if one.other:
        text = other(one.other).text()
        return ibis.coalesce(cell.text() == text, FALSE) | cell.among(text)
    found = FALSE
    for value in one.value if isinstance(one.value, list) else [one.value]:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        equal = cell.number() == _number(value) if plain else cell.text() == _words(value)
        found |= ibis.coalesce(equal, FALSE) | ibis.coalesce(cell.among(ibis.literal(_words(value))), FALSE)
    return found


def _in_time(cell: Cell, one: Compare, other: Callable[[str], Cell]) -> Any:
    at = cell.moment()
    if one.op == "within":
        span = ibis.interval(seconds=one.value)
        return (at >= moment() - span) & (at <= moment() + span)
    if one.other:
        limit = other(one.other).moment()
    elif isinstance(one.value, int):
        limit = moment() - ibis.interval(seconds=one.value)
    else:
        limit = ibis.literal(datetime.fromisoformat(one.value), type="timestamp(6)")
    return at < limit if one.op == "before" else at > limit


def _number(value: Any) -> Any:
    return ibis.literal(Decimal(str(value)), type="decimal(38, 10)")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
