"""Conditions (COND, CMP of the dialogue language), evaluated over whatever answers a path."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Protocol

from duologue.kit.clock import parse_duration, parse_moment

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import datetime

COMPARISONS = frozenset({"not", "over", "under", "at_least", "at_most", "before", "after", "within", "has", "known", "from"})
PRODUCT_KEYS = ("product_id", "sku", "key", "id")  # how a line of a list may name its product, as shops call it
CLOSEST_FIRST = ("sku", "key", "product_id", "id")  # the same; a variant before the group that it belongs to
FORMS = frozenset({"all", "any", "not", "in", "did", "may", "items"})


class Facts(Protocol):
    """Where a condition finds what it asks about."""

    @property
    def now(self) -> datetime: ...

    @property
    def zone(self) -> str: ...

    def value(self, path: str) -> Any:
        """Return what stands at a path, None where nothing does."""
        ...

    def segment(self, name: str) -> bool:
        """Say whether the person is in this segment."""
        ...

    def did(self, what: Mapping[str, Any]) -> bool:
        """Say whether {event, where, times, within, since} holds."""
        ...

    def may(self, channel: str, purpose: str) -> bool:
        """Say whether the person may be addressed on this channel for this purpose."""
        ...

    def item(self, item: Any) -> Mapping[str, Any]:
        """Return what is known of an item of a list."""
        ...


class Properties:
    """Facts of one event or item: a bare path is a property of it; any other path is asked of what is around it."""

    def __init__(self, properties: Mapping[str, Any], around: Facts, prefix: str = "") -> None:
        self._properties = properties
        self._around = around
        self._prefix = prefix
        self.now = around.now
        self.zone = around.zone

    def value(self, path: str) -> Any:
        if self._prefix:
            if path.startswith(self._prefix):
                return dig(self._properties, path[len(self._prefix) :])
            return self._around.value(path)
        found = dig(self._properties, path)
        return self._around.value(path) if found is None and "." in path else found

    def segment(self, name: str) -> bool:
        return self._around.segment(name)

    def did(self, what: Mapping[str, Any]) -> bool:
        return self._around.did(what)

    def may(self, channel: str, purpose: str) -> bool:
        return self._around.may(channel, purpose)

    def item(self, item: Any) -> Mapping[str, Any]:
        return self._around.item(item)


def dig(data: Any, path: str) -> Any:
    """Return what stands at a dotted path in nested maps; a key that itself holds dots is found too."""
    if not isinstance(data, dict) or not path:
        return None
    if path in data:
        return data[path]
    first, _, rest = path.partition(".")
    return dig(data.get(first), rest) if rest else None


def holds(condition: Mapping[str, Any], facts: Facts) -> bool:
    """Say whether a condition holds; every key of it must. An empty condition holds."""
    return all(_one(key, wanted, facts) for key, wanted in condition.items())


def matches(value: Any, wanted: Any, facts: Facts) -> bool:
    """Say whether a value meets a comparison: a literal, a list (any of them), or a map of comparisons (all of them).

    Against a list of values (an answer of several options) a literal is met when it is among them.
    """
    if isinstance(wanted, dict):
        return all(_compare(value, name, operand, facts) for name, operand in wanted.items())
    if isinstance(wanted, list):
        return any(matches(value, one, facts) for one in wanted)
    if isinstance(value, list):
        return any(_equal(one, wanted) for one in value)
    return _equal(value, wanted)


def _one(key: str, wanted: Any, facts: Facts) -> bool:
    if key == "all":
        return all(holds(condition, facts) for condition in wanted)
    if key == "any":
        return any(holds(condition, facts) for condition in wanted)
    if key == "not" and isinstance(wanted, dict):
        return not holds(wanted, facts)
    if key == "in" and isinstance(wanted, str):
        return facts.segment(wanted)
    if key == "did":
        return facts.did(wanted)
    if key == "may":
        return facts.may(str(wanted.get("by", "")), str(wanted.get("purpose", "")))
    if key == "items":
        return _items(wanted, facts)
    return matches(facts.value(key), wanted, facts)


def _items(wanted: Mapping[str, Any], facts: Facts) -> bool:
    of = wanted.get("of")
    items = facts.value(of) if isinstance(of, str) else None
    listed = [facts.item(item) for item in items] if isinstance(items, list) else []
    if "every" in wanted:
        return all(holds(wanted["every"], Properties(item, facts, "item.")) for item in listed)
    return any(holds(wanted.get("some", {}), Properties(item, facts, "item.")) for item in listed)


def _compare(value: Any, name: str, operand: Any, facts: Facts) -> bool:
    if name == "known":
        return (value not in (None, "", [])) is bool(operand)
    if name == "not":
        return not matches(value, operand, facts)
    other = facts.value(operand["from"]) if isinstance(operand, dict) and "from" in operand else operand
    if name == "from":
        return value is not None and _among(value, facts.value(operand))
    if name == "has":
        return _has(value, other)
    if value is None or other is None:
        return False
    if name in {"before", "after", "within"}:
        return _in_time(value, name, other, facts)
    return _in_size(value, name, other, facts)


def product_key(line: Mapping[str, Any], known: Container[str]) -> str | None:
    """Return by which of the keys that a line of a list names its product is known, the variant's before its group's; None by none."""
    named = (str(line[name]) for name in CLOSEST_FIRST if isinstance(line.get(name), str | int))
    return next((key for key in named if key in known), None)


def _among(value: Any, found: Any) -> bool:
    """Say whether a value is what was found at a path, or among it; a map there, such as a line of a basket, is met by what it names."""
    if isinstance(found, list):
        return any(_among(value, one) for one in found)
    if isinstance(value, list):
        return any(_among(one, found) for one in value)
    if isinstance(found, dict):
        return any(_equal(value, found[name]) for name in PRODUCT_KEYS if found.get(name) is not None)
    return _equal(value, found)


def _has(value: Any, other: Any) -> bool:
    if isinstance(value, list):
        return any(_equal(one, other) for one in value)
    return isinstance(value, str) and str(other).casefold() in value.casefold()


def _in_time(value: Any, name: str, other: Any, facts: Facts) -> bool:
    moment = parse_moment(value, facts.zone)
    if moment is None:
        return False
    if name == "within":
        span = parse_duration(other)
        return facts.now - span <= moment <= facts.now + span
    limit = parse_moment(other, facts.zone)
    if limit is None:
        return False
    return moment < limit if name == "before" else moment > limit


def _in_size(value: Any, name: str, other: Any, facts: Facts) -> bool:
    left, right = number(value), number(other)
    if left is None or right is None:
        first, second = parse_moment(value, facts.zone), parse_moment(other, facts.zone)
        if first is None or second is None:
            return False
        left, right = Decimal(first.timestamp()), Decimal(second.timestamp())
    if name == "over":
        return left > right
    if name == "under":
        return left < right
    if name == "at_least":
        return left >= right
    return left <= right


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted or (isinstance(value, str) and isinstance(wanted, bool) and value.casefold() == str(wanted).casefold())
    if isinstance(wanted, int | float):
        return number(value) == number(wanted)
    return bool(value == wanted)


def number(value: Any) -> Decimal | None:
    """Return a number, or a text that is one, as an exact decimal; None for anything else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
