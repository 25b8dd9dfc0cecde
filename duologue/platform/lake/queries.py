"""Reading the lake with DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

import duckdb

from duologue.platform.lake.tables import SCHEMA, WRITER, opened

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa

    from duologue.platform.workspaces.models import Workspace

COLUMNS = ", ".join(SCHEMA.names)


@dataclass(frozen=True)
class Snapshot:
    """One state of the lake: the last batch of the timeline that it holds, 0 for none, and the files that hold it."""

    batch_no: int
    files: tuple[str, ...]

    def of_months(self, months: Collection[str]) -> Snapshot:
        """Return the part of it that holds these months."""
        wanted = tuple(f"/month={month}/" for month in months)
        return Snapshot(self.batch_no, tuple(file for file in self.files if any(part in file for part in wanted)))

    def rows(self) -> str:
        """Return the SQL of its rows for DuckDB: a function of a table, with the columns of `tables.SCHEMA`."""
        files = ", ".join("'" + file.replace("'", "''") + "'" for file in self.files)
        return f"read_parquet([{files}], hive_partitioning = true, hive_types = {{'month': VARCHAR}})"


def snapshot(workspace: Workspace | int) -> Snapshot:
    """Return the lake as it is just now. Its files stay for an hour, or until somebody is erased: then take another."""
    table = opened(workspace)
    if table is None:
        return Snapshot(0, ())
    # on this machine paths are taken as they are, and not as an address writes them
    files = (unquote(file) if file.startswith("/") else file for file in table.file_uris())
    return Snapshot(int(table.transaction_version(WRITER) or 0), tuple(files))


def connection(held: Snapshot, tail: pa.Table | None = None, *, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB with the view `events`: the rows of the lake's snapshot and those of `tail`, which are not in it yet."""
    duck = duckdb.connect(config={"memory_limit": memory, "threads": threads, "autoinstall_known_extensions": False})
    duck.execute("SET TimeZone = 'UTC'")
    duck.register("tail", tail if tail is not None else SCHEMA.empty_table())
    lake = f"SELECT {COLUMNS} FROM {held.rows()} UNION ALL " if held.files else ""
    duck.execute(f"CREATE VIEW events AS {lake}SELECT {COLUMNS} FROM tail")
    return duck
