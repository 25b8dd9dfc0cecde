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
    "asked_rules": pa.schema({"part": pa.int64(), "segment": pa.int64()}),
    "asked_people": pa.schema({"part": pa.int64(), "person": pa.int64()}),
    "few": pa.schema({"person": pa.int64()}),
    "names": pa.schema({"name": pa.string()}),
    "moment": pa.schema({"now": MOMENT}),
}
BROUGHT: Final = ("people", "events", "facts", "consents")  # what rules look at
NARROWED: Final = "INSERT INTO {0} SELECT t.* FROM every_{0} t SEMI JOIN few ON few.person = t.person"
NARROWER: Final = {"events": " SEMI JOIN names ON names.name = t.name"}
WORTH: Final = 10_000  # verdicts on people who are not asked about cost as much as narrowing tables to those who are
VERDICTS: Final = "INSERT INTO verdicts SELECT {segment}, v.person, v.member, v.recheck_at FROM ({rule}) v"
DIFFERENCES: Final = """
    SELECT a.segment, a.person, s.member, coalesce(v.member, false), v.recheck_at, v.person IS NOT NULL
    FROM (SELECT r.segment, w.person FROM asked_rules r JOIN asked_people w ON w.part = r.part) a
    LEFT JOIN verdicts v ON v.segment = a.segment AND v.person = a.person
    LEFT JOIN standings s ON s.segment = a.segment AND s.person = a.person
    CROSS JOIN moment m
    WHERE (v.person IS NULL) <> (s.person IS NULL) OR s.member <> v.member
          OR (v.person IS NOT NULL AND s.recheck_at IS DISTINCT FROM v.recheck_at
              AND (s.recheck_at BETWEEN m.now + INTERVAL 1 MICROSECOND AND v.recheck_at
                   AND epoch_us(v.recheck_at) - epoch_us(m.now) <= 2 * (epoch_us(s.recheck_at) - epoch_us(m.now))) IS NOT TRUE)"""


@dataclass(slots=True, frozen=True)
class Asked:
    """Compiled rules (by segment) that concern the same people, and the names of all events that they look at."""

    rules: Mapping[int, str]
    persons: Collection[int]
    names: Collection[str]


@dataclass(slots=True, frozen=True)
class Difference:
    """A verdict that is not the standing kept: whether the person is in, and the first moment at which that may change by itself.

    A moment kept that comes earlier, though not before half of the time, is no difference: one who does something again and again
    would move it each time, and only has to be looked at once more when it has come.
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
        self._brought: dict[str, pa.Table] = {}
        self._holds: set[str] = set()
        self._prepared: dict[tuple[int, str], str] = {}

    def bring(self, tables: Mapping[str, pa.Table], now: datetime) -> None:
        """Let these rows, of the tables in BROUGHT and of standings, be all that is known of some people; `now` is the present.

        Of each person there must be what the rules look at that are asked about that person, and there may be no more.
        """
        self._brought = {name: tables[name] for name in BROUGHT if name in tables}
        self._fill("standings", tables.get("standings"))
        self._fill("moment", filled("moment", [(int(now.timestamp()) * 1_000_000 + now.microsecond,)]))

    def differences(self, asked: Sequence[Asked], *, members: Sequence[tuple[str, int]], now: datetime) -> list[Difference]:
        """Run compiled rules, each on those of the people brought whom it concerns, of whom some may be no person any more.

        `members` are the pairs of segment and person that the rules ask for. Return where verdicts differ from the standings.
        """
        self._fill("members", filled("members", members))
        self._fill("verdicts", None)
        if self.duck.execute(MEMORY).fetchall() > [(self.most_kept,)]:
            self._forget()
        apart = [one for one in asked if self._is_worth_narrowing(one)]
        self._run_together([one for one in asked if one not in apart])
        self._run_apart(apart)
        self._holds.add("verdicts")
        parts = list(enumerate(asked))
        self._fill("asked_rules", filled("asked_rules", [(part, segment) for part, one in parts for segment in one.rules]))
        self._fill("asked_people", filled("asked_people", [(part, person) for part, one in parts for person in one.persons]))
        rows = self.duck.execute("EXECUTE differences").fetchall()
        return [Difference(of, one, was, member, at and at.replace(tzinfo=now.tzinfo), told) for of, one, was, member, at, told in rows]

    def _is_worth_narrowing(self, one: Asked) -> bool:
        people = self._brought["people"].num_rows if "people" in self._brought else 0
        return len(one.rules) * (people - len(one.persons)) > WORTH

    def _run_together(self, asked: Sequence[Asked]) -> None:
        """Run rules on all that was brought; what they say of people whom they do not concern is left aside later."""
        for name in BROUGHT if asked else ():
            self._fill(name, self._brought.get(name))
        for one in asked:
            self._run(one.rules)

    def _run_apart(self, asked: Sequence[Asked]) -> None:
        for name in BROUGHT if asked else ():
            self._fill(f"every_{name}", self._brought.get(name))
        for one in asked:
            self._narrow(one)
            self._run(one.rules)
        for name in BROUGHT:
            self._fill(f"every_{name}", None)

    def _narrow(self, one: Asked) -> None:
        self._fill("few", pa.table({"person": pa.array(one.persons, pa.int64())}))
        self._fill("names", pa.table({"name": pa.array(one.names, pa.string())}))
        for name in BROUGHT:
            self._fill(name, None)
            if f"every_{name}" in self._holds:
                self.duck.execute(f"EXECUTE narrow_{name}")
                self._holds.add(name)

    def _run(self, rules: Mapping[int, str]) -> None:
        for segment, sql in rules.items():
            self.duck.execute(f"EXECUTE {self._prepared.get((segment, sql)) or self._prepare(segment, sql)}")

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
