"""What people did, before DuckDB: from the lake, and of what that does not hold yet, from PostgreSQL by way of a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.people.timeline.older import WAITING, left
from duologue.platform.database.arrays import numbers
from duologue.platform.lake import queries as lake
from duologue.platform.lake.rules import UNNAMED
from duologue.strategize.segments.fetch import picked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from duologue.platform.lake.streams import Scratch
    from duologue.platform.workspaces.models import Workspace

EVENTS: Final = {
    "profile": "BIGINT",
    "id": "BIGINT",
    "micros": "BIGINT",
    "name": "VARCHAR",
    "properties": "VARCHAR",
    "delivery": "BIGINT",
}
ALWAYS: Final = datetime(1000, 1, 1, tzinfo=UTC)
MICROSECONDS: Final = "(extract(epoch FROM {}) * 1000000)::bigint"
LATER: Final = "SELECT write_id FROM people_batch WHERE workspace_id = %s AND (batch_no > %s OR batch_no IS NULL)"  # or without number yet
STILL_HERE: Final = "NOT EXISTS (SELECT 1 FROM erased WHERE erased.profile = profile_id)"  # of the lake's rows, in DuckDB and Spark alike
LEFT_OUT: Final = "left_out IS NOT NULL AND list_has_any(from_json(left_out, '[\"VARCHAR\"]'), [{}])"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are looked at: their names, the outermost keys of their properties, and after when they happened."""

    names: Sequence[str]
    properties: Collection[str]
    since: datetime


def bring(scratch: Scratch, workspace: Workspace, wanted: Wanted) -> lake.Snapshot:
    """Let `past`, with the columns of EVENTS, stand for all events wanted; return what of the lake is in use.

    What is asked for may have been kept from the lake, as an address is: then all that is there comes from PostgreSQL.
    `erased` stands for the profiles that are erased and still in the lake; of them nothing is in `past`.
    """
    held = lake.snapshot(workspace) if wanted.names else lake.Snapshot(0, ())
    # after the snapshot: of who is clean by then the files are gone, and all begins anew
    scratch.take("erased", {"profile": "BIGINT"}, WAITING, (workspace.pk, workspace.pk))
    if held.files:
        scratch.duck.execute(
            f"""CREATE OR REPLACE VIEW in_lake AS SELECT * FROM {held.rows()}
                WHERE name IN ({_quoted(wanted.names)}) AND month >= '{wanted.since:%Y-%m}'
                      AND occurred_at > TIMESTAMPTZ '{wanted.since.isoformat()}' AND {_still_here(scratch)}"""
        )
        missing = LEFT_OUT.format(_quoted([*sorted(wanted.properties), UNNAMED]))
        if wanted.properties and scratch.duck.execute(f"SELECT 1 FROM in_lake WHERE {missing} LIMIT 1").fetchone():
            held = lake.Snapshot(0, ())
    _bring_tail(scratch, workspace, wanted, held)
    parts = ["SELECT profile_id AS profile, id, epoch_us(occurred_at) AS micros, name, properties, delivery_id AS delivery FROM in_lake"]
    parts = parts if held.files else []
    if not parts or scratch.duck.execute("SELECT 1 FROM tail LIMIT 1").fetchone():  # beside nothing each statement is planned faster
        parts.append("SELECT * FROM tail")
    scratch.duck.execute(f"CREATE OR REPLACE VIEW past AS {' UNION ALL '.join(parts)}")
    return held


def _bring_tail(scratch: Scratch, workspace: Workspace, wanted: Wanted, held: lake.Snapshot) -> None:
    rest, values = "", [workspace.pk, list(wanted.names), wanted.since]
    if held.batch_no:
        later = _later(workspace, held.batch_no)
        if not later and held.files:
            scratch.nothing("tail", EVENTS)
            return
        # by number: the planner, who cannot know how few they are, would else read all months
        rest = "AND e.write_id = ANY(%s::bigint[])"
        values.append(numbers(later))
    query = f"""SELECT e.profile_id, e.id, {MICROSECONDS.format("e.occurred_at")}, e.name, {picked(wanted.properties)}, e.delivery_id
                FROM people_event e WHERE e.workspace_id = %s AND e.name = ANY(%s) AND e.occurred_at > %s {rest}"""
    scratch.take("tail" if held.files else "here", EVENTS, query, values)
    if not held.files:
        _add_what_left(scratch, workspace, wanted)


def _later(workspace: Workspace, batch_no: int) -> list[int]:
    """Return the writes whose events a snapshot of the lake does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(LATER, (workspace.pk, batch_no))
        return [row[0] for row in cursor.fetchall()]


def _add_what_left(scratch: Scratch, workspace: Workspace, wanted: Wanted) -> None:
    """Let `tail` stand for what PostgreSQL holds, and for what has left it: of that the lake holds all."""
    months = left(workspace, wanted.names, wanted.since) if wanted.names else []
    old = lake.snapshot(workspace).of_months(months) if months else lake.Snapshot(0, ())
    more = ""
    if old.files:
        more = f""" UNION ALL SELECT profile_id, id, epoch_us(occurred_at), name, properties, delivery_id FROM {old.rows()} e
                    WHERE name IN ({_quoted(wanted.names)}) AND occurred_at > TIMESTAMPTZ '{wanted.since.isoformat()}'
                    AND NOT EXISTS (SELECT 1 FROM here WHERE here.id = e.id) AND {_still_here(scratch)}"""
    scratch.duck.execute(f"CREATE OR REPLACE VIEW tail AS SELECT * FROM here{more}")


def _still_here(scratch: Scratch) -> str:
    """Return the condition on the lake's rows; where nobody is erased it costs nothing."""
    return STILL_HERE if scratch.duck.execute("SELECT 1 FROM erased LIMIT 1").fetchone() else "true"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)
