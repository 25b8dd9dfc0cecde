"""Letting events of old months leave PostgreSQL, one by one as the lake proves to hold the very same."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import OperationalError, connection, transaction

from duologue.kit.clock import month_bounds
from duologue.people.timeline import names
from duologue.people.timeline.models import LeftMonth
from duologue.platform.database import arrays
from duologue.platform.lake import actions as lake

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from duologue.platform.lake.queries import Snapshot
    from duologue.platform.workspaces.models import Workspace

KEPT: Final = timedelta(days=396)  # readers who look back a year, and no further, never ask the lake
STAY: Final = frozenset(
    {names.FACT_CHANGED}  # forgotten and objected to, fact by fact
    | {names.ORDER_COMPLETED, names.ORDER_REFUNDED, names.SPAM_REPORTED, names.MESSAGE_REPLIED, names.LINK_CLICKED, names.MESSAGE_OPENED}
    | {names.SURVEY_ANSWERED}  # what reports count, and what tells how somebody likes to be spoken to
)
BLOCK: Final = 1 << 18
PATIENCE: Final = "10s"
COUNTS: Final = """SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*), count(*) FILTER (WHERE name = ANY(%s))
    FROM people_event WHERE workspace_id = %s AND occurred_at < %s GROUP BY 1 ORDER BY 1"""
CANNOT: Final = "SELECT month, count(*) FROM events WHERE left_out IS NOT NULL AND NOT list_contains($names, name) GROUP BY 1"
COLUMNS: Final = "profile_id, id, occurred_at, received_at, name, properties, source, run_id, delivery_id"
THERE: Final = (
    "CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS SELECT " + COLUMNS + ", 0::bigint AS batch_no FROM people_event WITH NO DATA"
)
GO: Final = """DELETE FROM people_event e USING leaving l
    WHERE e.workspace_id = %(workspace)s AND e.occurred_at >= %(first)s AND e.occurred_at < %(end)s AND e.profile_id = l.profile_id
      AND e.occurred_at = l.occurred_at AND e.id = l.id AND l.batch_no <= %(until)s AND e.id <> ALL(%(untold)s::bigint[])
      AND (e.received_at, e.name, e.properties, e.source) = (l.received_at, l.name, l.properties, l.source)
      AND (e.run_id, e.delivery_id) IS NOT DISTINCT FROM (l.run_id, l.delivery_id)"""


class Elsewhere(Exception):
    """The lake is not in a folder of this machine; the sentence says where it is."""


@dataclass(slots=True, frozen=True)
class Month:
    """What PostgreSQL holds of a month: its events, and how many of them may leave it."""

    month: str
    events: int
    may_leave: int


def newest_to_leave(now: datetime) -> str:
    """Return the month before which all may leave, as in 2024-11: the last 13 months stay."""
    return f"{(now - KEPT).astimezone(UTC):%Y-%m}"


def may_leave(workspace: Workspace, *, before: str, staying: Collection[str]) -> list[Month]:
    """Count, for each month before one, what PostgreSQL holds of it and what of that may leave. Events named in `staying` do not."""
    from duologue.platform.lake import queries  # noqa: PLC0415 - few processes read the lake

    stay = sorted(STAY | set(staying))
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, (stay, workspace.pk, month_bounds(before)[0]))
        rows = cursor.fetchall()
    duck = queries.connection(queries.snapshot(workspace).of_months([row[0] for row in rows]))
    try:
        cannot = dict(duck.execute(CANNOT, {"names": stay}).fetchall())
    finally:
        duck.close()
    return [Month(month, events, max(0, events - named - cannot.get(month, 0))) for month, events, named in rows]


@dataclass(slots=True, frozen=True)
class Heard:
    """How far the timeline has been heard by all who are told of it: the last batch, and numbers of events that wait nevertheless."""

    until: int
    untold: Collection[int] = ()


def let_leave(*, workspace: Workspace, month: str, staying: Collection[str], heard: Callable[[], Heard], now: datetime) -> int:
    """Take a month's events out of PostgreSQL that the lake holds in every column; return how many went.

    Those named in `staying` or in STAY, those of which the lake had to leave something out, and those not yet `heard` stay. That is
    asked in the same transaction, which notes that they left: what it looks at it must lock, so that nobody is set back meanwhile.
    Raises ValueError for a month that is too new, and Elsewhere.
    """
    from duologue.platform.lake import queries  # noqa: PLC0415 - as above

    if month >= newest_to_leave(now):
        raise ValueError(f"{month} is not old enough: the last 13 months stay.")
    stay = sorted(STAY | set(staying))
    with transaction.atomic(), connection.cursor() as cursor:
        lake.wait_for_lock(workspace)
        held = queries.snapshot(workspace).of_months([month])
        if not held.files:
            return 0
        if elsewhere := [file for file in held.files if not file.startswith("/")]:
            raise Elsewhere(f"The lake is at {elsewhere[0].partition('/month=')[0]}. Events leave PostgreSQL only for a lake in a folder.")
        cursor.execute(THERE)
        _bring(cursor, held, stay)
        lake.keep(workspace=workspace)
        known = heard()  # as late as may be: endpoints are told nothing until the end
        first, end = month_bounds(month)
        asked: dict[str, Any] = {"workspace": workspace.pk, "first": first, "end": end, "until": known.until}
        cursor.execute(GO, asked | {"untold": arrays.numbers(known.untold)})
        gone = int(cursor.rowcount)
        if gone:
            _note(workspace, month, gone=gone, stay=stay, batch_no=min(known.until, held.batch_no), now=now)
    return gone


def left_before(workspace: Workspace, before: str) -> list[str]:
    """Return the months before one of which events have left, oldest first."""
    return list(LeftMonth.within(workspace).filter(month__lt=before, events__gt=0).order_by("month").values_list("month", flat=True))


def make_room(month: str, *, give_back: bool = False) -> bool:
    """Let the room that a month's events took be used again; False where the month's table was in use for too long.

    Nobody waits for that. To `give_back` the room to the disk, the table is written anew, and whoever reads it waits until that is done.
    Call it outside any transaction.
    """
    table = f"people_event_{month.replace('-', '_')}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
        if not cursor.fetchone()[0]:
            return True
        cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
        try:
            cursor.execute(f"VACUUM ({'FULL, ' if give_back else ''}ANALYZE) {table}")
        except OperationalError:
            return False
        finally:
            cursor.execute("SET lock_timeout TO DEFAULT")
    return True


def _note(workspace: Workspace, month: str, *, gone: int, stay: list[str], batch_no: int, now: datetime) -> None:
    known = LeftMonth.within(workspace).filter(month=month).first()
    noted = known or LeftMonth(workspace=workspace, month=month, batch_no=0, whole=stay)
    noted.events, noted.at = noted.events + gone, now
    noted.batch_no = max(noted.batch_no, batch_no)
    noted.whole = sorted(set(noted.whole) & set(stay))
    noted.save()


def _bring(cursor: Any, held: Snapshot, stay: list[str]) -> None:
    """Fill `leaving` with what the lake holds whole."""
    from duologue.platform.lake import queries  # noqa: PLC0415 - as above

    moments = ", ".join(f"strftime({at}, '%Y-%m-%d %H:%M:%S.%f+00')" for at in ("occurred_at", "received_at"))
    scratch = Path(settings.DATA.path) / "run"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="leaving-", dir=scratch) as folder:
        lines = Path(folder) / "leaving.csv"
        duck = queries.connection(held)
        try:
            duck.execute(
                f"""COPY (SELECT profile_id, id, {moments}, name, properties, source, run_id, delivery_id, batch_no FROM events
                    WHERE left_out IS NULL AND name NOT IN ({_quoted(stay)}))
                    TO '{lines}' (FORMAT csv, HEADER false)"""
            )
        finally:
            duck.close()
        with cursor.copy(f"COPY leaving ({COLUMNS}, batch_no) FROM STDIN (FORMAT csv)") as copy, lines.open("rb") as file:
            while block := file.read(BLOCK):
                copy.write(block)
    cursor.execute("ANALYZE leaving")


def _quoted(words: Collection[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)
