"""Values that are compared: what stands in JSON, a number, a moment. A comparison gives a verdict and when it may turn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Final, Protocol

import ibis

from duologue.strategize.segments.compile.vocabulary import as_moment, as_number, moment, path_among, path_json, path_says, path_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duologue.strategize.segments.rules.tree import Compare

WHOLE: Final = "$"
PLAIN: Final = re.compile(r"[\w .,:+-]*\w[\w .,:+-]*")  # no word that JSON writes in several ways, or that is more than a word
FALSE = ibis.literal(value=False)
TRUE = ibis.literal(value=True)


class Cell(Protocol):
    """Something to compare, seen as what the comparison needs; one that is `sure` is always a number."""

    @property
    def sure(self) -> bool: ...
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
    path: str = WHOLE
    sure: bool = False

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

    def is_word(self, words: str) -> Any:
        """Say whether a plain word stands there, or is an item of a list; never unknown.

        Every store writes such a word as it is, so that most documents need not be taken apart.
        """
        if self.path == WHOLE:
            stands = self.document.isin(_standing(words))
            return ibis.cases((stands, TRUE), (self.document.startswith("["), self.among(ibis.literal(words))), else_=FALSE)
        looked = ibis.coalesce(self.text() == words, FALSE) | self.among(ibis.literal(words))
        return ibis.ifelse(self.document.contains(words), looked, FALSE)


@dataclass(frozen=True)
class PlainCell:
    """A number or a moment that was computed."""

    value: Any
    sure: bool = False

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


def verdict(cell: Cell, compare: Sequence[Compare], other: Callable[[str], Cell]) -> Any:
    """Return whether the cell meets every comparison; what is not known meets only `not` and `known: false`."""
    return reduce(and_, [_holds(cell, one, other) for one in compare] or [TRUE])


def turns(compare: Sequence[Compare]) -> list[Any]:
    """Return how long after (or before) the compared moment the verdict may turn by itself."""
    found: list[Any] = []
    for one in compare:
        if isinstance(one.value, int) and one.op in {"before", "after", "within"}:
            span = ibis.interval(seconds=one.value)
            found += [span, ibis.interval(microseconds=one.value * 1_000_000 + 1)]
            found += [ibis.interval(seconds=-one.value)] if one.op == "within" else []
    return found


def _holds(cell: Cell, one: Compare, other: Callable[[str], Cell]) -> Any:
    """Return the verdict of one comparison, never unknown."""
    if one.op == "known":
        known = ibis.coalesce(cell.known(), FALSE)
        return known if one.value else ~known
    if one.op in {"is", "not"}:
        same = _same(cell, one, other)
        return same if one.op == "is" else ~same
    if one.op == "has":
        text = ibis.literal(_words(one.value))
        return ibis.coalesce(cell.among(text), FALSE) | ibis.coalesce(cell.says(text), FALSE)
    if one.op in {"before", "after", "within"}:
        return ibis.coalesce(_in_time(cell, one, other), FALSE)
    left = cell.number()
    right = other(one.other).number() if one.other else _number(one.value)
    found = {"over": left > right, "under": left < right, "at_least": left >= right, "at_most": left <= right}[one.op]
    return found if cell.sure and not one.other else ibis.coalesce(found, FALSE)


def near(compare: Sequence[Compare]) -> Callable[[Any], Any] | None:
    """Return what a JSON text that meets a comparison with plain words meets as well, and little else; None for other comparisons.

    It compares the text alone, so that whoever holds it passes over most without taking any apart.
    """
    if len(compare) != 1 or compare[0].op != "is" or compare[0].other:
        return None
    values = compare[0].value if isinstance(compare[0].value, list) else [compare[0].value]
    words = [one for one in values if isinstance(one, str) and _is_plain(one)]
    if len(words) < len(values) or not words:
        return None
    return lambda document: document.isin([stands for one in words for stands in _standing(one)]) | (document >= "[")


def _same(cell: Cell, one: Compare, other: Callable[[str], Cell]) -> Any:
    if one.other:
        text = other(one.other).text()
        return ibis.coalesce(cell.text() == text, FALSE) | ibis.coalesce(cell.among(text), FALSE)
    return reduce(or_, [_equal(cell, value) for value in (one.value if isinstance(one.value, list) else [one.value])])


def _equal(cell: Cell, value: Any) -> Any:
    words = _words(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ibis.coalesce(cell.number() == _number(value), FALSE) | ibis.coalesce(cell.among(ibis.literal(words)), FALSE)
    if isinstance(cell, JsonCell) and _is_plain(words):
        return cell.is_word(words)
    return ibis.coalesce(cell.text() == words, FALSE) | ibis.coalesce(cell.among(ibis.literal(words)), FALSE)


def _is_plain(words: str) -> bool:
    return PLAIN.fullmatch(words) is not None and not _is_number(words)


def _standing(words: str) -> list[str]:
    """Return how JSON writes a plain word that stands alone."""
    return [f'"{words}"', words] if words in {"true", "false"} else [f'"{words}"']


def _is_number(words: str) -> bool:
    try:
        float(words)
    except ValueError:
        return False
    return True


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
    if float(value).is_integer():
        return ibis.literal(int(value), type="int64")
    return ibis.literal(Decimal(str(value)), type="decimal(38, 10)")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
