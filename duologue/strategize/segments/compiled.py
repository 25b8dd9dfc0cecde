"""The workspace's segments as they are run: compiled once per process and revision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from django.db import connection

from duologue.strategize.segments.rules import reads, tree
from duologue.strategize.segments.rules.strangers import holds_for_a_stranger

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Compiled:
    """One revision of a segment. `everyone`: people of whom nothing is known are in it, so that each needs a standing row.

    `settled`: its statement tells of those alone who are in, and nobody comes or goes as time passes.
    """

    id: int
    name: str
    sql: str
    reads: frozenset[str]
    events: frozenset[str]
    facts: frozenset[str]
    segments: frozenset[str]
    consent: bool
    properties: frozenset[str]
    lookback: int | None
    everyone: bool
    settled: bool

    @property
    def asks_for_all(self) -> bool:
        """Say whether its statement begins with everybody, and not with those of whom something is known."""
        return '"people"' in self.sql


@lru_cache(maxsize=2000)
def _compiled(segment: int, revision: int, name: str) -> Compiled:  # noqa: ARG001 - the revision is part of the key
    with connection.cursor() as cursor:
        cursor.execute("SELECT rule::text FROM strategize_segment WHERE id = %s", (segment,))
        return replace(_of_rule(cursor.fetchone()[0]), id=segment, name=name)


def spark_sql(segment: int, moment: str) -> str:
    """Return a segment's statement for Spark; `moment` is the present as a literal."""
    from duologue.strategize.segments.compile.build import to_sql  # noqa: PLC0415 - Ibis takes a second to load

    with connection.cursor() as cursor:
        cursor.execute("SELECT rule::text FROM strategize_segment WHERE id = %s", (segment,))
        return to_sql(tree.from_json_text(cursor.fetchone()[0]), dialect="pyspark", moment=moment)


@lru_cache(maxsize=500)
def _of_rule(text: str) -> Compiled:
    """Compile a rule and note what it looks at; equal rules mean the same in every segment."""
    from duologue.strategize.segments.compile.build import settled, to_sql  # noqa: PLC0415 - Ibis takes a second to load

    rule = tree.from_json_text(text)
    looked = frozenset(reads.reads(rule))

    def of(kind: str) -> frozenset[str]:
        return frozenset(one.removeprefix(kind) for one in looked if one.startswith(kind))

    return Compiled(
        id=0,
        name="",
        sql=to_sql(rule),
        reads=looked,
        events=of(reads.EVENT),
        facts=of(reads.FACT),
        segments=of(reads.SEGMENT),
        consent=reads.CONSENT in looked,
        properties=frozenset(reads.property_keys(rule)),
        lookback=reads.lookback(rule),
        everyone=holds_for_a_stranger(rule.where),
        settled=settled(rule),
    )


def all_compiled(workspace: Workspace) -> list[Compiled]:
    """Return every segment that was counted once, each after those it depends on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, revision, name FROM strategize_segment WHERE workspace_id = %s AND swept_revision > 0", (workspace.pk,))
        found = {row[2]: _compiled(*row) for row in cursor.fetchall()}
    if len(found) < 2:
        return list(found.values())
    return [found[name] for name in reads.in_order({name: one.segments for name, one in found.items()})]


def looked_at(workspace: Workspace, *, before: datetime, now: datetime) -> set[str]:
    """Return the names of the events from before a moment that any segment looks at, whether it was counted or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, revision, name FROM strategize_segment WHERE workspace_id = %s", (workspace.pk,))
        rules = [_compiled(*row) for row in cursor.fetchall()]
    reaching = (one for one in rules if one.lookback is None or now - timedelta(seconds=one.lookback) < before)
    return {name for one in reaching for name in one.events}


def compiled_of(rule: tree.Rule) -> Compiled:
    """Return a rule that no segment has yet, as it would be run."""
    return _of_rule(msgspec.json.encode(tree.to_json(rule)).decode())


def one_compiled(segment: int, revision: int, name: str) -> Compiled:
    """Return one segment, counted before or not."""
    return _compiled(segment, revision, name)
