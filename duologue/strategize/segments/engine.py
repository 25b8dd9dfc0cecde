"""DuckDB in memory with the vocabulary of compiled rules and of questions: for few people (`small`) and for all (`full`, `asking`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

NOW: Final = "CAST($now AS TIMESTAMP)"  # as compiled rules ask for the present
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
CREATE OR REPLACE MACRO in_units(words, units) AS CASE WHEN regexp_full_match(words, '-?\\d{1,15}(\\.\\d{1,15})?')
    THEN CAST(round(CAST(words AS DECIMAL(30, 15)) * CAST(units AS BIGINT)) AS BIGINT) ELSE 0 END;
CREATE OR REPLACE MACRO local_time(micros, zone) AS timezone(zone, timezone('UTC', make_timestamp(micros)));
CREATE OR REPLACE MACRO month_of(moment) AS strftime(moment, '%Y-%m');
CREATE OR REPLACE MACRO months_later(moment, months) AS moment + to_months(months);
"""


@dataclass(frozen=True, slots=True)
class Function:
    """A function written in Python that a question may use: of one text or two, giving BIGINT or VARCHAR (`kind`) or nothing.

    `plainly` is SQL of DuckDB over `first` and `second`: the same value where that is plain to see, NULL where Python is to be asked.
    """

    run: Callable[..., int | str | None]
    arity: int
    kind: str
    plainly: str = ""

    def teach(self, duck: duckdb.DuckDBPyConnection, name: str) -> None:
        """Let DuckDB know it; Python is asked at most once about each row, and never about others."""
        given = {"BIGINT": pa.int64(), "VARCHAR": pa.string()}[self.kind]

        def one(first: pa.ChunkedArray) -> pa.Array:
            return pa.array(map(self.run, first.to_pylist()), given)

        def two(first: pa.ChunkedArray, second: pa.ChunkedArray) -> pa.Array:
            return pa.array(map(self.run, first.to_pylist(), second.to_pylist()), given)

        takes: list[Any] = ["VARCHAR"] * self.arity
        duck.create_function(
            f"{name}_in_python",
            (one, two)[self.arity - 1],
            takes,
            self.kind,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=True,  # so that it is asked where it is written, and not below a join
        )
        given_to = ("first", "first, second")[self.arity - 1]
        asked = f"{name}_in_python({given_to})"
        duck.execute(f"CREATE MACRO {name}({given_to}) AS {f'coalesce({self.plainly}, {asked})' if self.plainly else asked}")


def new_connection(*, threads: int = 1, memory: str = "512MB", spill: str | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB in memory that knows the vocabulary of compiled rules and never reaches for the network."""
    settings: dict[str, Any] = {"threads": threads, "memory_limit": memory, "autoinstall_known_extensions": False}
    if spill:
        settings["temp_directory"] = spill
    connection = duckdb.connect(config=settings)
    connection.execute("SET TimeZone = 'UTC'")  # a cast to a moment without a zone would pass over offsets
    connection.execute(MACROS)
    return connection


def at_moment(sql: str, now: datetime) -> str:
    """Return a compiled statement for one moment."""
    return sql.replace(NOW, f"TIMESTAMP '{now.replace(tzinfo=None)}'")
