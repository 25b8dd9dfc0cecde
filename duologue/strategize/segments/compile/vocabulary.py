"""The tables and functions that compiled rules speak of. Every engine that runs them brings both.

Tables: people(person), events(person, id, occurred_at, name, properties as JSON text), facts(person, key, value as JSON
text; one row per key, the newest), consents(person, channel, purpose: what stands now), members(segment, person).
Moments are UTC without a zone, to the microsecond.
"""

from __future__ import annotations

from typing import Any, Final

import ibis
from ibis import udf

MOMENT: Final = "timestamp(6)"
AMOUNT: Final = "decimal(18, 4)"
TABLES: Final[dict[str, dict[str, str]]] = {
    "people": {"person": "int64"},
    "events": {"person": "int64", "id": "int64", "occurred_at": MOMENT, "name": "string", "properties": "string"},
    "facts": {"person": "int64", "key": "string", "value": "string"},
    "consents": {"person": "int64", "channel": "string", "purpose": "string"},
    "members": {"segment": "string", "person": "int64"},
}


def table(name: str) -> Any:
    """Return one of the tables as an expression."""
    return ibis.table(TABLES[name], name=name)


@udf.scalar.builtin(signature=((), MOMENT))
def moment() -> Any:
    """The present moment; becomes a parameter of the statement."""


@udf.scalar.builtin(signature=(("string", "string"), "string"))
def path_text(document: Any, path: Any) -> Any:
    """What stands at a path, as text without quotes; nothing where nothing or null stands."""


@udf.scalar.builtin(signature=(("string", "string"), "string"))
def path_json(document: Any, path: Any) -> Any:
    """What stands at a path, as JSON text."""


@udf.scalar.builtin(signature=(("string", "string", "string"), "boolean"))
def path_among(document: Any, path: Any, text: Any) -> Any:
    """Whether a list stands at the path and one of its items is this text."""


@udf.scalar.builtin(signature=(("string", "string", "string"), "boolean"))
def path_says(document: Any, path: Any, text: Any) -> Any:
    """Whether a text stands at the path and holds this one, in any case."""


@udf.scalar.builtin(signature=(("string",), "float64"))
def as_number(text: Any) -> Any:
    """The number a text is, or nothing; never infinite."""


@udf.scalar.builtin(signature=(("string",), MOMENT))
def as_moment(text: Any) -> Any:
    """The moment an ISO text is, in UTC, or nothing."""


@udf.scalar.builtin(signature=(("string",), AMOUNT))
def as_amount(text: Any) -> Any:
    """The exact amount a text is, or nothing."""
