"""From PostgreSQL to DuckDB: any number of rows by way of files, in little memory; or few as Arrow, in none of Python's time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from django.db import connection

from duologue.platform.database.copying import copy_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb


LINES: Final = 5_000  # in one message of PostgreSQL: line by line the driver would take longer than all else
BUFFER: Final = 4_000_000  # bytes DuckDB reads of a file at once, for each thread and more: by itself it takes eight times as many


def fetched(query: str, values: Sequence[Any], schema: pa.Schema) -> pa.Table:
    """Return the rows of a query as Arrow; moments come as whole microseconds since 1970."""
    from pyarrow import csv  # noqa: PLC0415 - only who counts needs it

    cells = " || ',' || ".join(_cell(field) for field in schema)
    columns = ", ".join(f'"{name}"' for name in schema.names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT string_agg({cells}, E'\n') FROM (SELECT *, (row_number() OVER ()) / {LINES} AS part
                FROM ({query}) AS found ({columns})) rows GROUP BY part""",
            values,
        )
        lines = "\n".join(part for (part,) in cursor.fetchall()).encode()
    if not lines:
        return schema.empty_table()
    kinds = {field.name: pa.int64() if pa.types.is_timestamp(field.type) else field.type for field in schema}
    rows = csv.read_csv(
        pa.BufferReader(lines),
        csv.ReadOptions(use_threads=False, column_names=schema.names, block_size=len(lines) + 1),  # a cell may be longer than any block
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False),
    )
    return rows.cast(schema)


def _cell(field: pa.Field) -> str:
    if pa.types.is_string(field.type):
        return f"""coalesce('"' || replace("{field.name}", '"', '""') || '"', '')"""
    return f"""coalesce("{field.name}"::text, '')"""


@dataclass(frozen=True)
class Scratch:
    """A DuckDB and a folder of its own, which the caller removes."""

    duck: duckdb.DuckDBPyConnection
    folder: Path

    def take(self, name: str, columns: Mapping[str, str], query: str, values: Sequence[Any] | Mapping[str, Any]) -> None:
        """Stream the rows of a query into a compressed file, which `name` then stands for in DuckDB."""
        lines, packed = self.folder / f"{name}.csv", self.folder / f"{name}.parquet"
        with lines.open("wb") as file:
            copy_out(f"COPY ({query}) TO STDOUT (FORMAT csv)", values, file.write)
        kinds = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
        form = f"header = false, delim = ',', quote = '\"', escape = '\"', auto_detect = false, buffer_size = {BUFFER}"
        read = f"read_csv('{lines}', {form}, columns = {{{kinds}}})"
        self.duck.execute(f"COPY (SELECT * FROM {read}) TO '{packed}' (FORMAT parquet)")
        lines.unlink()
        self.duck.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{packed}'")

    def nothing(self, name: str, columns: Mapping[str, str]) -> None:
        """Let `name` stand for no rows with these columns, as `take` would of a query that finds none."""
        none = ", ".join(f"NULL::{kind} AS {column}" for column, kind in columns.items())
        self.duck.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {none} WHERE false")
