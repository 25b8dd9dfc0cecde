"""From PostgreSQL to DuckDB by way of files: any number of rows in little memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.platform.database.copying import copy_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb


@dataclass(frozen=True)
class Scratch:
    """A DuckDB and a folder of its own, which the caller removes."""

    duck: duckdb.DuckDBPyConnection
    folder: Path

    def take(self, name: str, columns: Mapping[str, str], query: str, values: Sequence[Any]) -> None:
        """Stream the rows of a query into a compressed file, which `name` then stands for in DuckDB."""
        lines, packed = self.folder / f"{name}.csv", self.folder / f"{name}.parquet"
        with lines.open("wb") as file:
            copy_out(f"COPY ({query}) TO STDOUT (FORMAT csv)", values, file.write)
        kinds = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
        read = f"read_csv('{lines}', header = false, delim = ',', quote = '\"', escape = '\"', auto_detect = false, columns = {{{kinds}}})"
        self.duck.execute(f"COPY (SELECT * FROM {read}) TO '{packed}' (FORMAT parquet)")
        lines.unlink()
        self.duck.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{packed}'")
