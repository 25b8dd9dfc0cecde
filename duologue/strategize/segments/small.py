"""Compiled rules on people just touched: their rows are brought once, each rule runs on those it concerns, differences come back."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from duologue.strategize.segments import engine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

MOST_PREPARED: Final = 500
MOST_KEPT: Final = 350_000_000  # bytes: plans keep what they ran with, a megabyte or two each
MEMORY: Final = "SELECT sum(memory_usage_bytes) FROM duckdb_memory()"
MOMENT: Final = pa.timestamp("us")
SCHEMAS: Final = {
    "people": pa.schema({"person": pa.int64()}),
    "events": pa.schema({"person": pa.int64(), "id": pa.int64(), "occurred_at": MOMENT, "name": pa.string(), "properties": pa.string()}),
    "facts": pa.schema({"person": pa.int64(), "key": pa.string(), "value": pa.string()}),
    "consents": pa.schema({"person": pa.int64(), "channel": pa.string(), "purpose": pa.string()}),
    "standings": pa.schema({"segment": pa.int64(), "person": pa.int64(), "member": pa.bool_(), "recheck_at": MOMENT}),
    "members": pa.schema({"segment": pa.string(), "person": pa.int64()}),
    "verdicts": pa.schema({"segment": pa.int64(), "person": pa.int64(), "member": pa.bool_(), "recheck_at": MOMENT}),
    "asked": pa.schema({"person": pa.int64()}),
    "names": pa.schema({"name": pa.string()}),
    "segments": pa.schema({"segment": pa.int64()}),
    "moment": pa.schema({"now": MOMENT}),
}
BROUGHT: Final = ("people", "events", "facts", "consents", "standings")  # of which those asked about are a part
NARROWED: Final = "INSERT INTO {0} SELECT t.* FROM every_{0} t SEMI JOIN asked ON asked.person = t.person"
NARROWER: Final = {
    "events": " SEMI JOIN names ON names.name = t.name",
    "standings": " SEMI JOIN segments ON segments.segment = t.segment",
}
VERDICTS: Final = "INSERT INTO verdicts SELECT {segment}, v.person, v.member, v.recheck_at FROM ({rule}) v"
DIFFERENCES: Final = """
    SELECT coalesce(v.segment, s.segment), coalesce(v.person, s.person), s.member, coalesce(v.member, false), v.recheck_at,
           v.person IS NOT NULL
    FROM verdicts v FULL JOIN standings s ON s.segment = v.segment AND s.person = v.person
    WHERE v.person IS NULL OR s.person IS NULL OR s.member <> v.member OR s.recheck_at IS DISTINCT FROM v.recheck_at"""


@dataclass(slots=True, frozen=True)
class Difference:
    """A verdict that is not the standing kept: whether the person is in, and the first moment at which that may change by itself.

    `was` is nothing where no standing is kept; `told` says whether the rule tells of the person, so that one is to be kept.
    """

    segment: int
    person: int
    was: bool | None
    member: bool
    recheck_at: datetime | None
    told: bool


class Small:
    """A DuckDB whose tables stay and are filled anew, so that each statement is planned once and then only run.

    Plans are made without looking at what the tables hold, for they are used again when they hold something else. No statement
    has a parameter, for DuckDB would plan it anew each time: the present stands in a table.
    """

    def __init__(self) -> None:
        self.duck = engine.new_connection()
        self.duck.execute("PRAGMA disable_optimizer")
        for name, schema in SCHEMAS.items():
            shape = schema.empty_table()  # DuckDB finds it by its name, here and below
            for table in (name, f"every_{name}") if name in BROUGHT else (name,):
                self.duck.execute(f"CREATE TABLE {table} AS SELECT * FROM shape")
            del shape
        for name in BROUGHT:
            self.duck.execute(f"PREPARE narrow_{name} AS {NARROWED.format(name)}{NARROWER.get(name, '')}")
        self.duck.execute(f"PREPARE differences AS {DIFFERENCES}")
        self.most_kept = MOST_KEPT
        self._holds: set[str] = set()
        self._prepared: dict[tuple[int, str], str] = {}

    def bring(self, tables: Mapping[str, pa.Table], now: datetime) -> None:
        """Let these rows, of the tables in BROUGHT, be all that is known of some people; `now` is the present."""
        for name in BROUGHT:
            self._fill(f"every_{name}", tables.get(name))
        self._fill("moment", filled("moment", [(int(now.timestamp()) * 1_000_000 + now.microsecond,)]))

    def differences(
        self,
        rules: Mapping[int, str],
        persons: Collection[int],
        *,
        names: Collection[str],
        members: Sequence[tuple[str, int]],
        now: datetime,
    ) -> list[Difference]:
        """Run compiled rules (by segment) on some of the people brought, of whom some may be no person any more.

        `names` are of all events that the rules look at, `members` the pairs of segment and person that they ask for. Return
        where the verdicts differ from the standings.
        """
        self._narrow(rules, persons, names)
        self._fill("members", filled("members", members))
        self._fill("verdicts", None)
        if self.duck.execute(MEMORY).fetchall() > [(self.most_kept,)]:
            self._forget()
        for segment, sql in rules.items():
            self.duck.execute(f"EXECUTE {self._prepared.get((segment, sql)) or self._prepare(segment, sql)}")
        self._holds.add("verdicts")
        rows = self.duck.execute("EXECUTE differences").fetchall()
        return [Difference(of, one, was, member, at and at.replace(tzinfo=now.tzinfo), told) for of, one, was, member, at, told in rows]

    def _narrow(self, rules: Mapping[int, str], persons: Collection[int], names: Collection[str]) -> None:
        self._fill("asked", pa.table({"person": pa.array(persons, pa.int64())}))
        self._fill("names", pa.table({"name": pa.array(names, pa.string())}))
        self._fill("segments", pa.table({"segment": pa.array(rules, pa.int64())}))
        for name in BROUGHT:
            self._fill(name, None)
            if f"every_{name}" in self._holds:
                self.duck.execute(f"EXECUTE narrow_{name}")
                self._holds.add(name)

    def _fill(self, name: str, rows: pa.Table | None) -> None:
        if name in self._holds:
            self.duck.execute(f"TRUNCATE {name}")
            self._holds.discard(name)
        if rows is not None and rows.num_rows:
            self._holds.add(name)
            self.duck.execute(f"INSERT INTO {name} SELECT * FROM rows")

    def _prepare(self, segment: int, sql: str) -> str:
        if len(self._prepared) >= MOST_PREPARED:
            self._forget()
        name = f"rule_{len(self._prepared)}"
        asked = sql.replace(engine.NOW, "(SELECT now FROM moment)")
        self.duck.execute(f"PREPARE {name} AS {VERDICTS.format(rule=asked, segment=int(segment))}")
        self._prepared[segment, sql] = name
        return name

    def _forget(self) -> None:
        for name in self._prepared.values():
            self.duck.execute(f"DEALLOCATE {name}")
        self._prepared.clear()


class _Local(threading.local):
    small: Small | None = None


_local = _Local()


def small() -> Small:
    """Return this thread's own, made once."""
    if _local.small is None:
        _local.small = Small()
    return _local.small


def filled(name: str, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return rows of one of the tables as Arrow; moments are given in whole microseconds since 1970."""
    schema = SCHEMAS[name]
    if not rows:
        return schema.empty_table()
    columns = zip(*rows, strict=True)
    return pa.table([_array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _array(column: Sequence[Any], kind: Any) -> Any:
    return pa.array(column, pa.int64()).cast(kind) if pa.types.is_timestamp(kind) else pa.array(column, kind)
