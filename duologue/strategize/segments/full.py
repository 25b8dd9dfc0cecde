"""Counting a segment over all people: DuckDB decides over the lake and what streams from PostgreSQL, differences are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings

from duologue.strategize.segments import engine, spark, standing
from duologue.strategize.segments.asking import scratch, unless_files_go
from duologue.strategize.segments.loading import AT_ONCE, load, load_people
from duologue.strategize.segments.past import MICROSECONDS

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from duologue.platform.lake.streams import Scratch
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

STANDINGS: Final = {"person": "BIGINT", "member": "BOOLEAN", "recheck": "BIGINT"}
MEMBERS: Final = "FROM verdicts WHERE member"


def count_everyone(workspace: Workspace, rule: Compiled, now: datetime, *, tell: bool, named: bool) -> set[int]:
    """Evaluate one rule for all people and write what differs; return those who joined or left. Holds 1 GB at most.

    Without `named`, which says that another rule names the segment, nobody is returned of one that was empty: nobody would ask.
    """
    with scratch("segments-") as desk:
        _decide(desk, workspace, rule, now)
        if not tell and not desk.duck.execute("SELECT 1 FROM standings LIMIT 1").fetchone():
            _fill(desk.duck, desk.folder / "fill.csv", workspace, rule, now)
            return {row[0] for row in desk.duck.execute(f"SELECT person {MEMBERS}").fetchall()} if named else set()
        return _write(desk.duck, workspace, rule, now, tell=tell)


def tell(duck: duckdb.DuckDBPyConnection, rule: Compiled, now: datetime) -> None:
    """Run a rule on what was loaded: what it says stands in the table told, of who is in alone where it is settled."""
    columns = "person" if rule.settled else "*"
    duck.execute(f"CREATE OR REPLACE TABLE told AS SELECT {columns} FROM ({engine.at_moment(rule.sql, now)})")


def _decide(desk: Scratch, workspace: Workspace, rule: Compiled, now: datetime) -> None:
    """Make verdicts(person, member, recheck_at) of all people, and standings, which are kept; from the beginning where files went."""

    def told() -> None:
        load_people(desk, workspace)
        held = load(desk, workspace, rule, now)
        if settings.ENGINE_URL:
            spark.decide(desk, workspace, held, rule, now)
        else:
            tell(desk.duck, rule, now)

    unless_files_go(told)
    desk.duck.execute("DELETE FROM told WHERE person NOT IN (SELECT person FROM people)")  # who came meanwhile
    rest = ", true AS member, CAST(NULL AS TIMESTAMP) AS recheck_at" if rule.settled else ", member, recheck_at"
    desk.duck.execute(f"CREATE OR REPLACE VIEW verdicts AS SELECT person{rest} FROM told")
    standings = f"""SELECT person, member, {MICROSECONDS.format("recheck_at")} FROM strategize_segmentmember
                    WHERE workspace_id = %s AND segment_id = %s"""
    desk.take("standings", STANDINGS, standings, (workspace.pk, rule.id))


def _fill(duck: duckdb.DuckDBPyConnection, path: Path, workspace: Workspace, rule: Compiled, now: datetime) -> None:
    """Write the standings of a segment that has none: nobody else writes there meanwhile, since the caller holds the segments."""
    ordered = f"""SELECT v.person, p.shard, v.member, v.recheck_at FROM verdicts v LEFT JOIN people p ON p.person = v.person
                  WHERE {_keep(rule)} ORDER BY v.person"""
    duck.execute(  # what is the same for all is added to those in order: else it would be held and put in order with each of them
        f"""COPY (SELECT {workspace.pk}, {rule.id}, person, coalesce(shard, 0), coalesce(member, false), '{now.isoformat()}',
                         strftime(recheck_at, '%Y-%m-%d %H:%M:%S.%f+00') FROM ({ordered}))
            TO '{path}' (FORMAT csv, HEADER false)"""
    )
    (size,) = duck.execute(f"SELECT count(*) {MEMBERS}").fetchall()[0]
    standing.fill(workspace=workspace, segment=rule.id, rows=path, size=size)


def _keep(rule: Compiled) -> str:
    return "v.member OR v.recheck_at IS NOT NULL" + (" OR true" if rule.everyone else "")


def _write(duck: duckdb.DuckDBPyConnection, workspace: Workspace, rule: Compiled, now: datetime, *, tell: bool) -> set[int]:
    keep = _keep(rule)
    found = duck.execute(
        f"""SELECT coalesce(v.person, s.person), p.shard, coalesce(s.member, false), coalesce(v.member, false), v.recheck_at,
                   v.person IS NOT NULL AND ({keep})
            FROM verdicts v FULL JOIN standings s ON s.person = v.person LEFT JOIN people p ON p.person = coalesce(v.person, s.person)
            WHERE (s.person IS NULL AND ({keep})) OR (s.person IS NOT NULL AND (v.person IS NULL OR NOT ({keep})
                  OR s.member <> v.member OR make_timestamp(s.recheck) IS DISTINCT FROM v.recheck_at))"""
    )
    moved: set[int] = set()
    for rows in iter(lambda: found.fetchmany(AT_ONCE), []):
        changes = [
            standing.Change(rule.id, person, shard, was, member, at.replace(tzinfo=now.tzinfo) if at else None, keep)
            for person, shard, was, member, at, keep in rows
        ]
        standing.write(workspace=workspace, changes=changes, names={rule.id: rule.name}, now=now, tell=tell)
        moved.update(change.person for change in changes if change.was != change.member)
    return moved
