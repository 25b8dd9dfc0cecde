"""COPY from the database at the speed of libpq.

The driver's own reader goes through a generator for each row, which costs ten times what the row does.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any, Final

import psycopg
from django.db import connection
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FAILED: Final = -2


def copy_out(query: str, values: Sequence[Any] | Mapping[str, Any], take: Callable[[memoryview], object]) -> None:
    """Hand each row of a `COPY … TO STDOUT`, as it comes, to `take`, which may keep nothing of it but a copy.

    Values are written into the query. Raises django.db.Error where the database refuses, or what `take` raises; then the connection is
    closed, since nobody reads the rows that were still to come.
    """
    connection.ensure_connection()
    driver: psycopg.Connection[Any] = connection.connection
    server = driver.pgconn
    text = psycopg.ClientCursor(driver).mogrify(query, values)
    with connection.wrap_database_errors, driver.lock:
        result = server.exec_(text.encode())
        if result.status != ExecStatus.COPY_OUT:
            raise psycopg.errors.error_from_result(result, encoding="utf-8")
        try:
            _each(server, take)
        except BaseException:
            driver.close()
            raise
        last = server.get_result()
        while (more := server.get_result()) is not None:
            last = more
        if last is None or last.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(last, encoding="utf-8") if last else psycopg.OperationalError("COPY was cut off.")


def _each(server: Any, take: Callable[[memoryview], object]) -> None:
    while True:
        size, row = server.get_copy_data(1)
        if size > 0:
            take(row)
        elif size:
            return
        else:
            select.select([server.socket], [], [])
            server.consume_input()
