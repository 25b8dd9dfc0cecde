"""The lake after a restore by other means: made anew from the timeline, but for what has left it, which the lake alone holds."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from django.conf import settings
from django.db import connection

from duologue.kit.clock import month_bounds
from duologue.platform.lake import copies, queries
from duologue.platform.lake.streams import Scratch, fetched

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS: Final = pa.schema({"number": pa.int64()})
MONTHS: Final = pa.schema({"month": pa.string(), "batch_no": pa.int64()})
LEFT: Final = "SELECT month, batch_no FROM people_leftmonth WHERE workspace_id = %s AND events > 0"
STAYED: Final = "SELECT id FROM people_event WHERE workspace_id = %s AND occurred_at >= %s AND occurred_at < %s"
ERASED: Final = """SELECT person FROM people_erasure WHERE workspace_id = %s
    UNION SELECT jsonb_array_elements(profiles)::bigint FROM people_erasure WHERE workspace_id = %s"""


def exists(table: str) -> bool:
    """Say whether the database has this table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
        return bool(cursor.fetchone()[0])


def any_left(schema: str) -> bool:
    """Say whether old events have left the database of this schema for a lake."""
    if not exists(f"{schema}.people_leftmonth"):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {schema}.people_leftmonth)")
        return bool(cursor.fetchone()[0])


def lost() -> list[str]:
    """Return which months have left the database and are in no lake here: a part of a sentence for each workspace."""
    if not exists("public.people_leftmonth"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT w.id, w.name, l.month FROM people_leftmonth l JOIN platform_workspace w ON w.id = l.workspace_id
               WHERE l.events > 0 ORDER BY w.name, l.month"""
        )
        rows = cursor.fetchall()
    found: dict[str, list[str]] = {}
    for number, name, month in rows:
        if not queries.snapshot(number).of_months([month]).files:
            found.setdefault(name, []).append(month)
    return [f"{name}: {', '.join(months)}" for name, months in found.items()]


def make_the_lake_anew() -> None:
    """Empty the lake and let it be filled from the timeline again, where nobody knows which of the two is older.

    Events that have left PostgreSQL stay in it, but for people who were erased.
    """
    if not exists("public.platform_workspace"):
        return
    for number in take_up():
        with _what_left(number) as files:
            if files:
                copies.put_in_place(number, files)
            else:
                copies.make_anew(number, 0, [])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE platform_cursor SET batch_no = 0 WHERE follower = 'lake'")


def take_up() -> list[int]:
    """Bring lakes back that were about to be changed when all was cut off; return the numbers of all workspaces."""
    with connection.cursor() as cursor:  # of whatever version the tables are
        cursor.execute("SELECT id FROM platform_workspace ORDER BY id")
        numbers = [row[0] for row in cursor.fetchall()]
    for number in numbers:
        copies.take_up(number)
    return numbers


@contextmanager
def _what_left(number: int) -> Iterator[list[tuple[Path, str]]]:
    """Give what the lake alone holds of a workspace, as files of one month each."""
    months = fetched(LEFT, (number,), MONTHS) if exists("public.people_leftmonth") else MONTHS.empty_table()
    held = queries.snapshot(number).of_months(months.column("month").to_pylist())
    if not held.files:
        yield []
        return
    scratch = Path(settings.DATA.path) / "run"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lake-", dir=scratch) as folder:
        files = []
        duck = queries.connection(held)
        duck.register("erased", fetched(ERASED, (number, number), NUMBERS))
        for month, batch_no in zip(*(months.column(name).to_pylist() for name in MONTHS.names), strict=True):
            path = Path(folder) / f"{month}.parquet"
            Scratch(duck, Path(folder)).take("stayed", {"number": "BIGINT"}, STAYED, (number, *month_bounds(month)))
            copied = duck.execute(
                f"""COPY (SELECT * EXCLUDE (month) FROM events WHERE month = '{month}' AND batch_no <= {int(batch_no)}
                          AND id NOT IN (SELECT number FROM stayed) AND profile_id NOT IN (SELECT number FROM erased))
                    TO '{path}' (FORMAT parquet)"""
            ).fetchall()
            if copied == [(0,)] and held.of_months([month]).files:  # all that was there alone was somebody's who is erased
                _forget(number, month)
            else:
                files.append((path, month))
        duck.close()
        yield files


def _forget(number: int, month: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_leftmonth WHERE workspace_id = %s AND month = %s", (number, month))
