"""Counting a segment over all people: rows stream from PostgreSQL into files, DuckDB decides, differences are written."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from duologue.people.consent import ages
from duologue.people.consent.queries import AGE_MATTERS
from duologue.platform.lake.streams import Scratch
from duologue.strategize.segments import engine, fetch, standing

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

AT_ONCE = 50_000
PROFILES = {"id": "BIGINT", "person": "BIGINT", "shard": "SMALLINT"}
MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"


def count_everyone(workspace: Workspace, rule: Compiled, now: datetime, *, tell: bool) -> set[int]:
    """Evaluate one rule for all people and write what differs; return those who joined or left. Holds 1 GB at most."""
    scratch = Path(settings.DATA.path) / "run"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="segments-", dir=scratch) as folder:
        duck = engine.new_connection(threads=2, memory="1GB", spill=f"{folder}/spill")
        try:
            _load(Scratch(duck, Path(folder)), workspace, rule, now)
            duck.execute(f"CREATE TABLE verdicts AS {rule.sql}", engine.parameters(rule.sql, now))
            return _write(duck, workspace, rule, now, tell=tell)
        finally:
            duck.close()


def _load(scratch: Scratch, workspace: Workspace, rule: Compiled, now: datetime) -> None:
    duck = scratch.duck
    scratch.take("profiles", PROFILES, "SELECT id, person, shard FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
    duck.execute("CREATE TABLE people AS SELECT person, any_value(shard) AS shard FROM profiles GROUP BY person")
    duck.execute("CREATE TABLE moved AS SELECT id, person FROM profiles WHERE id <> person")
    _load_events(scratch, workspace, rule, now)
    _load_facts(scratch, workspace, rule)
    _load_consents(scratch, workspace, rule)
    members = """SELECT s.name, m.person FROM strategize_segmentmember m
                 JOIN strategize_segment s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id
                 WHERE m.workspace_id = %s AND m.member AND s.name = ANY(%s)"""
    scratch.take("members", {"segment": "VARCHAR", "person": "BIGINT"}, members, (workspace.pk, sorted(rule.segments)))
    standings = f"""SELECT person, member, {MICROSECONDS.format("recheck_at")} FROM strategize_segmentmember
                    WHERE workspace_id = %s AND segment_id = %s"""
    columns = {"person": "BIGINT", "member": "BOOLEAN", "recheck": "BIGINT"}
    scratch.take("standings", columns, standings, (workspace.pk, rule.id))


def _load_events(scratch: Scratch, workspace: Workspace, rule: Compiled, now: datetime) -> None:
    names, kept, since = fetch.reach([rule], now)
    query = f"""SELECT e.profile_id, e.id, {MICROSECONDS.format("e.occurred_at")}, e.name, {kept}
                FROM people_event e WHERE e.workspace_id = %s AND e.name = ANY(%s) AND e.occurred_at > %s"""
    columns = {"profile": "BIGINT", "id": "BIGINT", "at": "BIGINT", "name": "VARCHAR", "properties": "VARCHAR"}
    scratch.take("every_event", columns, query, (workspace.pk, names, since))
    scratch.duck.execute(
        """CREATE VIEW events AS
           SELECT coalesce(m.person, e.profile) AS person, e.id, make_timestamp(e.at) AS occurred_at, e.name, e.properties
           FROM every_event e LEFT JOIN moved m ON m.id = e.profile"""
    )


def _load_facts(scratch: Scratch, workspace: Workspace, rule: Compiled) -> None:
    query = f"SELECT profile_id, key, value::text, {MICROSECONDS.format('at')} FROM people_fact WHERE workspace_id = %s AND key = ANY(%s)"
    columns = {"profile": "BIGINT", "key": "VARCHAR", "value": "VARCHAR", "at": "BIGINT"}
    scratch.take("every_fact", columns, query, (workspace.pk, sorted(rule.facts)))
    scratch.duck.execute(
        """CREATE TABLE facts AS SELECT p.person, f.key, arg_max(f.value, (f.at, f.profile)) AS value
           FROM every_fact f JOIN profiles p ON p.id = f.profile GROUP BY p.person, f.key"""
    )


def _load_consents(scratch: Scratch, workspace: Workspace, rule: Compiled) -> None:
    """Take what a single profile says as it stands; where profiles were merged, or someone is young, the consent room decides."""
    query = "SELECT profile_id, channel, purpose, state FROM people_consentnow WHERE workspace_id = %s AND %s"
    columns = {"profile": "BIGINT", "channel": "VARCHAR", "purpose": "VARCHAR", "state": "VARCHAR"}
    scratch.take("said", columns, query, (workspace.pk, rule.consent))
    young = f"SELECT f.profile_id FROM people_fact f WHERE f.workspace_id = %s AND %s AND {AGE_MATTERS}"
    since = _first_consent(workspace) - max(ages.AGES.values()) if rule.consent else 0
    scratch.take("young", {"profile": "BIGINT"}, young, (workspace.pk, rule.consent, list(ages.WEIGHED), since, since))
    scratch.duck.execute(
        """CREATE TABLE looked_at AS SELECT person FROM moved UNION SELECT p.person FROM young y JOIN profiles p ON p.id = y.profile;
           CREATE TABLE consents AS SELECT p.person, s.channel, s.purpose FROM said s JOIN profiles p ON p.id = s.profile
           WHERE s.state = 'granted' AND p.person NOT IN (SELECT person FROM looked_at)"""
    )
    others = [row[0] for row in scratch.duck.execute("SELECT person FROM looked_at").fetchall()] if rule.consent else []
    for start in range(0, len(others), AT_ONCE):
        if found := fetch.consents(workspace, others[start : start + AT_ONCE]):
            scratch.duck.executemany("INSERT INTO consents VALUES (?, ?, ?)", found)


def _first_consent(workspace: Workspace) -> int:
    """Return the year of the first consent that still stands: whoever was of age by then gave all of theirs themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(year FROM min(at))::int FROM people_consentnow WHERE workspace_id = %s", (workspace.pk,))
        return int(cursor.fetchone()[0] or 9999)


def _write(duck: duckdb.DuckDBPyConnection, workspace: Workspace, rule: Compiled, now: datetime, *, tell: bool) -> set[int]:
    keep = "v.member OR v.recheck_at IS NOT NULL" + (" OR true" if rule.everyone else "")
    found = duck.execute(
        f"""SELECT coalesce(v.person, s.person), p.shard, coalesce(s.member, false), coalesce(v.member, false), v.recheck_at,
                   v.person IS NOT NULL AND ({keep})
            FROM verdicts v FULL JOIN standings s ON s.person = v.person LEFT JOIN people p ON p.person = v.person
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
