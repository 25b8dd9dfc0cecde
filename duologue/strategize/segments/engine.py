"""DuckDB in memory with the vocabulary of compiled rules: for few people (`small`) and for all of them (`full`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import duckdb

if TYPE_CHECKING:
    from datetime import datetime

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
NOW: Final = "CAST($now AS TIMESTAMP)"  # as compiled rules ask for the present


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
