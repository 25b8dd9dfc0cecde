"""What counts as a conversion, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.kit.money import minor

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta


def _anything(_properties: dict[str, Any]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Goal:
    """A dialogue's goal as measuring needs it: the event, how long after the start it counts, and where its value stands."""

    event: str
    within: timedelta
    value: str = ""
    accepts: Callable[[dict[str, Any]], bool] = _anything


def revenue_of(properties: dict[str, Any], path: str, currency: str) -> int:
    """Return the value at a dotted path in minor units of the currency; 0 where there is no number."""
    value: Any = properties
    for step in path.split(".") if path else ():
        value = value.get(step) if isinstance(value, dict) else None
    if value is None or isinstance(value, (bool, dict, list)):
        return 0
    try:
        return minor(value, currency)
    except ValueError:
        return 0
