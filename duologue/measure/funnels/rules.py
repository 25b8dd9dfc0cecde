"""What counts as a conversion, and what it is worth."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.money import minor
from duologue.kit.predicate import Properties, holds
from duologue.platform.lake.rules import present

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta

MOST: Final = 10**15
"""Minor units; what says it is worth more is a mistake, and worth nothing."""


class _Nothing:
    """What stands around an event when only the event itself is asked about."""

    now = datetime.max.replace(tzinfo=UTC)
    zone = "UTC"

    def value(self, path: str) -> Any:
        return None

    def segment(self, name: str) -> bool:
        return False

    def did(self, what: Mapping[str, Any]) -> bool:
        return False

    def may(self, channel: str, purpose: str) -> bool:
        return False

    def item(self, item: Any) -> Mapping[str, Any]:
        return item if isinstance(item, dict) else {"value": item}


NOTHING: Final = _Nothing()


@dataclass(frozen=True, slots=True)
class Goal:
    """A dialogue's goal as measuring needs it: the event, how long after the start it counts, where its value stands, and its condition."""

    event: str
    within: timedelta
    value: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)

    def accepts(self, properties: Mapping[str, Any]) -> bool:
        """Say whether an event with these properties is one that counts."""
        return holds(self.where, Properties(properties, NOTHING))

    def looks_at(self) -> set[str]:
        """Return the outermost keys of properties on which it hangs whether an event or its refund counts, and what it is worth."""
        found = {"order_id", "total", "revenue"}
        for path in (self.value, *_paths(self.where)):
            found |= {path, path.partition(".")[0]} - {""}
        return found

    def measure(self, refund: str, currency: str) -> Callable[[str, str], int | None]:
        """Return a function of an event's name and its properties as JSON: what it is worth, None where it does not count.

        It gives minor units of the currency; those of an event named `refund` are taken away.
        """
        return partial(_worth, self, refund, currency)


def _worth(goal: Goal, refund: str, currency: str, name: str, written: str) -> int | None:
    if name not in {goal.event, refund}:
        return None
    properties = _read(written)
    if name == goal.event:
        return revenue_of(properties, goal.value, currency) if goal.accepts(properties) else None
    return -abs(revenue_of(properties, "total" if "total" in properties else "revenue", currency))


def _read(written: str) -> dict[str, Any]:
    """Return an event's properties as the lake holds them, whichever they come from."""
    found: dict[str, Any] = json.loads(written)
    return dict(present(found)) if "null" in written else found


def order_of(written: str) -> str:
    """Return the number of the order that an event names, "" for none; of its properties as JSON."""
    return str(_read(written).get("order_id") or "")


def revenue_of(properties: dict[str, Any], path: str, currency: str) -> int:
    """Return the value at a dotted path in minor units of the currency; 0 where there is no number, or one beyond MOST."""
    value: Any = properties
    for step in path.split(".") if path else ():
        value = value.get(step) if isinstance(value, dict) else None
    if value is None or isinstance(value, (bool, dict, list)):
        return 0
    try:
        worth = minor(value, currency)
    except ValueError:
        return 0
    return worth if abs(worth) <= MOST else 0


def _paths(where: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths that a condition asks an event for."""
    for key, wanted in where.items():
        if key in {"all", "any"}:
            for one in wanted:
                yield from _paths(one)
        elif key == "not" and isinstance(wanted, dict):
            yield from _paths(wanted)
        elif key == "items":
            yield str(wanted.get("of") or "")
            for one in ("every", "some"):
                yield from _paths(wanted.get(one, {}))
        else:
            yield key
            yield from _others(wanted)


def _others(wanted: Any) -> Iterator[str]:
    """Yield the paths that a comparison takes its other side from."""
    for one in wanted if isinstance(wanted, list) else wanted.values() if isinstance(wanted, dict) else ():
        yield from _others(one)
    if isinstance(wanted, dict) and isinstance(wanted.get("from"), str):
        yield wanted["from"]
