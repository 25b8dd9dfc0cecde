"""Events of months that have left PostgreSQL, read from the lake.

Whoever wants all events reads PostgreSQL first and then asks here, naming the events that were found: then an event that stayed, came
late, or leaves just now is met once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    import duckdb
    import pyarrow as pa

    from duologue.platform.lake.queries import Snapshot
    from duologue.platform.workspaces.models import Workspace

TRIES: Final = 5  # whoever is erased meanwhile takes files of the lake away
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LEFT: Final = """SELECT month FROM people_leftmonth
    WHERE workspace_id = %s AND month >= %s AND (%s OR NOT whole @> to_jsonb(%s::text[])) ORDER BY month"""
WAITING: Final = """SELECT person FROM people_erasure WHERE workspace_id = %s AND lake_clean_at IS NULL
    UNION SELECT jsonb_array_elements(profiles)::bigint FROM people_erasure WHERE workspace_id = %s AND lake_clean_at IS NULL"""
ONE: Final = "e.id, e.profile_id, epoch_us(e.occurred_at), epoch_us(e.received_at), e.name, e.properties, e.source, e.delivery_id"


class OneEvent(NamedTuple):
    """One event of a person; its properties are JSON text."""

    id: int
    profile_id: int
    occurred_at: datetime
    received_at: datetime
    name: str
    properties: str
    source: str
    delivery_id: int | None


def left(workspace: Workspace, names: Collection[str] | None = None, since: datetime | None = None) -> list[str]:
    """Return the months, from that of `since` on, of which events of these names (None: any) have left PostgreSQL."""
    first = "" if since is None else f"{since.astimezone(UTC):%Y-%m}"
    with connection.cursor() as cursor:
        cursor.execute(LEFT, (workspace.pk, first, names is None, list(names or ())))
        return [row[0] for row in cursor.fetchall()]


def of_profiles(
    workspace: Workspace,
    profiles: Collection[int],
    *,
    here: Iterable[int],
    names: Collection[str] | None = None,
    since: datetime | None = None,
    before: tuple[datetime, int] | None = None,
    most: int | None = None,
) -> list[OneEvent]:
    """Return the events of these profiles that PostgreSQL does not hold any more, newest first.

    They happened after `since`; `here` are the numbers of those found in PostgreSQL; `before` is the place of a page, as (moment, number).
    """
    months = left(workspace, names, since)
    if before is not None:
        months = [month for month in months if month <= f"{before[0].astimezone(UTC):%Y-%m}"]
    conditions = _named(names) + _after(since)
    if before is not None:
        at = f"TIMESTAMPTZ '{before[0].isoformat()}'"
        conditions += f" AND e.occurred_at <= {at} AND (e.occurred_at < {at} OR e.id < {int(before[1])})"
    limit = "" if most is None else f"LIMIT {int(most)}"
    asked = _Asked(months, {profile: profile for profile in profiles}, here)
    statement = f"SELECT {ONE} FROM old e WHERE {conditions} ORDER BY e.occurred_at DESC, e.id DESC {limit}"
    rows: list[tuple[Any, ...]] = _read(workspace, asked, statement, lambda found: found.fetchall()) or []
    return [OneEvent(number, profile, _moment(at), _moment(got), *rest) for number, profile, at, got, *rest in rows]


def of_persons(
    workspace: Workspace, persons: Collection[int], *, names: Collection[str], since: datetime | None = None, here: Iterable[int]
) -> pa.Table | None:
    """Return rows (person, id, occurred_at without a zone in UTC, name, properties as JSON text) that PostgreSQL does not hold any more.

    They happened after `since`. None where nothing of the kind has left, which takes one small query to know.
    """
    months = left(workspace, names, since) if persons else []
    if not months:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, person FROM people_profile WHERE workspace_id = %s AND person = ANY(%s::bigint[])",
            (workspace.pk, arrays.numbers(persons)),
        )
        whose = dict(cursor.fetchall())
    statement = f"""SELECT e.person, e.id, make_timestamp(epoch_us(e.occurred_at)) AS occurred_at, e.name, e.properties
                    FROM old e WHERE {_named(names)}{_after(since)}"""
    return _read(workspace, _Asked(months, whose, here), statement, lambda found: found.to_arrow_table())


class _Asked(NamedTuple):
    """Of which months and profiles, with the person of each, the lake's events are wanted, without those in `here`."""

    months: Collection[str]
    whose: Mapping[int, int]
    here: Iterable[int]


def _read(workspace: Workspace, asked: _Asked, statement: str, take: Callable[[duckdb.DuckDBPyRelation], Any]) -> Any:
    """Ask one statement of `old`, the events that are wanted; None where there are none."""
    if not asked.months or not asked.whose:
        return None
    import duckdb  # noqa: PLC0415 - few processes look so far back
    import pyarrow as pa  # noqa: PLC0415

    from duologue.platform.lake import queries as lake  # noqa: PLC0415

    erased = _erased(workspace)
    pairs = [(profile, person) for profile, person in asked.whose.items() if profile not in erased]
    columns = {"profile_id": [profile for profile, _ in pairs], "person": [person for _, person in pairs]}
    whose_rows = pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()})
    here = asked.here if isinstance(asked.here, pa.ChunkedArray) else pa.array(list(asked.here), pa.int64())
    here_rows = pa.table({"id": here})
    for more in reversed(range(TRIES)):
        held = lake.snapshot(workspace).of_months(asked.months)
        if not held.files:
            return None
        duck = _opened(held, whose_rows, here_rows)
        try:
            return take(duck.sql(statement))
        except duckdb.IOException:
            if not more:
                raise
        finally:
            duck.close()
    raise AssertionError("the last try returns or raises")


def _opened(held: Snapshot, whose: pa.Table, here: pa.Table) -> duckdb.DuckDBPyConnection:
    from duologue.platform.lake import queries as lake  # noqa: PLC0415 - as above

    duck = lake.connection(held, memory="512MB")
    duck.register("whose", whose)
    duck.register("here", here)
    duck.execute(
        """CREATE VIEW old AS SELECT w.person, e.* FROM events e JOIN whose w ON w.profile_id = e.profile_id
           ANTI JOIN here ON here.id = e.id"""
    )
    return duck


def _erased(workspace: Workspace) -> set[int]:
    """Return the profiles that are erased, and still in the lake."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, (workspace.pk, workspace.pk))
        return {row[0] for row in cursor.fetchall()}


def _named(names: Collection[str] | None) -> str:
    if names is None:
        return "true"
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(names))
    return f"e.name IN ({listed})" if listed else "false"


def _after(since: datetime | None) -> str:
    return "" if since is None else f" AND e.occurred_at > TIMESTAMPTZ '{since.isoformat()}'"


def _moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)
