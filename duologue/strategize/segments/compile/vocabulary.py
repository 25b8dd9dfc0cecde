"""The tables and functions that compiled rules speak of. Every engine that runs them brings both.

Tables: people(person), events(person, id, occurred_at, name, properties as JSON text), facts(person, key, value as JSON
text; one row per key, the newest), consents(person, channel, purpose: what stands now), members(segment, person).
Moments are UTC without a zone, to the microsecond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ibis
from ibis import udf

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENT: Final = "timestamp(6)"
AMOUNT: Final = "decimal(18, 4)"
TABLES: Final[dict[str, dict[str, str]]] = {
    "people": {"person": "int64"},
    "events": {"person": "int64", "id": "int64", "occurred_at": MOMENT, "name": "string", "properties": "string"},
    "facts": {"person": "int64", "key": "string", "value": "string"},
    "consents": {"person": "int64", "channel": "string", "purpose": "string"},
    "members": {"segment": "string", "person": "int64"},
}


_builtin: Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]] = udf.scalar.builtin


def table(name: str) -> Any:
    """Return one of the tables as an expression."""
    return ibis.table(TABLES[name], name=name)


@_builtin(signature=((), MOMENT))
def moment() -> Any:
    """Return the present moment; it becomes a parameter of the statement."""


@_builtin(signature=(("string", "string"), "string"))
def path_text(document: Any, path: Any) -> Any:
    """Return what stands at a path, as text without quotes; nothing where nothing or null stands."""


@_builtin(signature=(("string", "string"), "string"))
def path_json(document: Any, path: Any) -> Any:
    """Return what stands at a path, as JSON text."""


@_builtin(signature=(("string", "string", "string"), "boolean"))
def path_among(document: Any, path: Any, text: Any) -> Any:
    """Say whether a list stands at the path and one of its items is this text."""


@_builtin(signature=(("string", "string", "string"), "boolean"))
def path_says(document: Any, path: Any, text: Any) -> Any:
    """Say whether a text stands at the path and holds this one, in any case."""


@_builtin(signature=(("string",), "float64"))
def as_number(text: Any) -> Any:
    """Return the number a text is, or nothing; never infinite."""


@_builtin(signature=(("string",), MOMENT))
def as_moment(text: Any) -> Any:
    """Return the moment an ISO text is, in UTC, or nothing."""


@_builtin(signature=(("string",), AMOUNT))
def as_amount(text: Any) -> Any:
    """Return the exact amount a text is, or nothing."""
