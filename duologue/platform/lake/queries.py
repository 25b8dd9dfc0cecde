"""Reading the lake with DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import duckdb

from duologue.platform.lake.tables import SCHEMA, WRITER, opened

if TYPE_CHECKING:
    import pyarrow as pa

    from duologue.platform.workspaces.models import Workspace

COLUMNS = ", ".join(SCHEMA.names)


def held_until(workspace: Workspace) -> int:
    """Return the last batch of the timeline that the lake holds, 0 for none."""
    table = opened(workspace)
    return int(table.transaction_version(WRITER) or 0) if table else 0


def connection(workspace: Workspace, tail: pa.Table | None = None, *, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB with the view `events`: the lake's rows and those of `tail`, which are not in it yet."""
    duck = duckdb.connect(config={"memory_limit": memory, "threads": threads, "autoinstall_known_extensions": False})
    duck.execute("SET TimeZone = 'UTC'")
    duck.register("tail", tail if tail is not None else SCHEMA.empty_table())
    files = ", ".join("'" + file.replace("'", "''") + "'" for file in _files(workspace))
    held = (
        f"SELECT {COLUMNS} FROM read_parquet([{files}], hive_partitioning = true, hive_types = {{'month': VARCHAR}}) UNION ALL "
        if files
        else ""
    )
    duck.execute(f"CREATE VIEW events AS {held}SELECT {COLUMNS} FROM tail")
    return duck


def _files(workspace: Workspace) -> list[str]:
    """Return the files that hold the lake just now; those on this machine as their paths are, and not as an address writes them."""
    table = opened(workspace)
    return [unquote(file) if file.startswith("/") else file for file in table.file_uris()] if table else []
