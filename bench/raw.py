"""Raw limits that several rows share."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from pathlib import Path


def copy_file(path: Path, columns: int) -> float:
    """COPY a CSV file as it is into a table of texts; return the seconds it took, with the commit."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_raw ({', '.join(f'c{n} text' for n in range(columns))})")
    begin = time.perf_counter()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        path.open("rb") as file,
        cursor.copy("COPY bench_raw FROM STDIN (FORMAT csv, HEADER true)") as copy,
    ):
        while block := file.read(1 << 16):
            copy.write(block)
    seconds = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_raw")
    return seconds
