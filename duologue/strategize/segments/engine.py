"""DuckDB in memory, which runs compiled rules on small tables of people just touched, or on files of all of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST_PREPARED: Final = 500
MACROS: Final = """
CREATE OR REPLACE MACRO path_text(document, path) AS json_extract_string(document, path);
CREATE OR REPLACE MACRO path_json(document, path) AS CAST(json_extract(document, path) AS VARCHAR);
CREATE OR REPLACE MACRO path_among(document, path, wanted) AS
    coalesce(list_contains(json_extract_string(document, path || '[*]'), wanted), false);
CREATE OR REPLACE MACRO path_says(document, path, wanted) AS
    json_type(document, path) = 'VARCHAR' AND contains(lower(json_extract_string(document, path)), lower(wanted));
CREATE OR REPLACE MACRO as_number(words) AS
    CASE WHEN isfinite(TRY_CAST(words AS DOUBLE)) THEN TRY_CAST(words AS DOUBLE) END;
CREATE OR REPLACE MACRO as_moment(words) AS
    CASE WHEN length(words) >= 10 AND TRY_CAST(words AS TIMESTAMPTZ) BETWEEN TIMESTAMPTZ '1000-01-01' AND TIMESTAMPTZ '9000-01-01'
    THEN make_timestamp(epoch_us(TRY_CAST(words AS TIMESTAMPTZ))) END;
CREATE OR REPLACE MACRO as_amount(words) AS TRY_CAST(words AS DECIMAL(18, 4));
"""
SCHEMAS: Final = {
    "people": pa.schema([("person", pa.int64())]),
    "events": pa.schema(
        [
            ("person", pa.int64()),
            ("id", pa.int64()),
            ("occurred_at", pa.timestamp("us")),
            ("name", pa.string()),
            ("properties", pa.string()),
        ]
    ),
    "facts": pa.schema([("person", pa.int64()), ("key", pa.string()), ("value", pa.string())]),
    "consents": pa.schema([("person", pa.int64()), ("channel", pa.string()), ("purpose", pa.string())]),
    "members": pa.schema([("segment", pa.string()), ("person", pa.int64())]),
}


@dataclass(slots=True, frozen=True)
class Verdict:
    """Whether a person is in, and the first moment at which that may change with no new event."""

    member: bool
    recheck_at: datetime | None


def new_connection(*, threads: int = 1, memory: str = "512MB", spill: str | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB in memory that knows the vocabulary of compiled rules and never reaches for the network."""
    settings: dict[str, Any] = {"threads": threads, "memory_limit": memory, "autoinstall_known_extensions": False}
    if spill:
        settings["temp_directory"] = spill
    connection = duckdb.connect(config=settings)
    connection.execute("SET TimeZone = 'UTC'")  # a cast to a moment without a zone would pass over offsets
    connection.execute(MACROS)
    return connection


class Small:
    """A DuckDB whose tables stay and are filled anew, so that each statement is planned once and then only run.

    Plans are made without looking at what the tables hold, for they are used again when they hold something else.
    """

    def __init__(self) -> None:
        self.duck = new_connection()
        self.duck.execute("PRAGMA disable_optimizer")
        for name, schema in SCHEMAS.items():
            shape = schema.empty_table()  # DuckDB finds it by its name, here and below
            self.duck.execute(f"CREATE TABLE {name} AS SELECT * FROM shape")
            del shape
        self._holds: set[str] = set()
        self._prepared: dict[str, str] = {}

    def fill(self, name: str, rows: Sequence[Sequence[Any]]) -> None:
        """Let a table hold these rows and no others; moments are given in whole microseconds since 1970."""
        if name in self._holds:
            self.duck.execute(f"TRUNCATE {name}")
            self._holds.discard(name)
        if rows:
            self._holds.add(name)
            filling = filled(name, rows)
            self.duck.execute(f"INSERT INTO {name} SELECT * FROM filling")
            del filling

    def decide(self, sql: str, now: datetime) -> dict[int, Verdict]:
        """Run a compiled rule and return the verdict for each row of people."""
        statement = self._prepared.get(sql) or self._prepare(sql)
        at = f"(now := TIMESTAMP '{now.replace(tzinfo=None)}')" if "$now" in sql else ""
        rows = self.duck.execute(f"EXECUTE {statement}{at}").fetchall()
        return {person: Verdict(member, at.replace(tzinfo=now.tzinfo) if at else None) for person, member, at in rows}

    def _prepare(self, sql: str) -> str:
        if len(self._prepared) >= MOST_PREPARED:
            for name in self._prepared.values():
                self.duck.execute(f"DEALLOCATE {name}")
            self._prepared.clear()
        name = f"rule_{len(self._prepared)}"
        self.duck.execute(f"PREPARE {name} AS {sql}")
        self._prepared[sql] = name
        return name


class _Local(threading.local):
    small: Small | None = None


_local = _Local()


def small() -> Small:
    """Return this thread's own DuckDB for small tables, made once."""
    if _local.small is None:
        _local.small = Small()
    return _local.small


def filled(name: str, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return rows of one of the tables as Arrow; moments are given in whole microseconds since 1970."""
    schema = SCHEMAS[name]
    columns = zip(*rows, strict=True)
    arrays = [_array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def _array(column: Sequence[Any], kind: Any) -> Any:
    if pa.types.is_timestamp(kind):
        return pa.array(column, pa.int64()).cast(kind)
    return pa.array(column, kind)


def parameters(sql: str, now: datetime) -> dict[str, Any]:
    """Return the parameters a compiled statement takes: the present moment, where it asks for it."""
    return {"now": now.replace(tzinfo=None)} if "$now" in sql else {}
