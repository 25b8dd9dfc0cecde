"""All that a rule looks at, of all people, before DuckDB: events from the lake and its tail, the rest from PostgreSQL by way of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.people.consent import ages
from duologue.people.consent.queries import age_matters
from duologue.people.privacy.queries import NOT_ERASED
from duologue.strategize.segments import fetch
from duologue.strategize.segments.past import MICROSECONDS, Wanted, bring

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.lake import queries as lake
    from duologue.platform.lake.streams import Scratch
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

AT_ONCE: Final = 50_000
PEOPLE: Final = f"SELECT id, shard FROM people_profile p WHERE workspace_id = %s AND id = person AND {NOT_ERASED}"
MOVED: Final = f"SELECT id, person FROM people_profile p WHERE workspace_id = %s AND id <> person AND {NOT_ERASED}"
GONE: Final = """SELECT p.id, p.person FROM people_erasure e
    JOIN people_profile p ON p.workspace_id = e.workspace_id AND p.person = e.person WHERE e.workspace_id = %s"""
FACTS: Final = f"""SELECT profile_id, key, value::text, {MICROSECONDS.format("at")} FROM people_fact
    WHERE workspace_id = %s AND key = ANY(%s)"""
HERE: Final = "NOT EXISTS (SELECT 1 FROM gone WHERE gone.id = f.profile)"  # of rows `f` in DuckDB: its person is not erased
MEMBERS: Final = """SELECT s.name, m.person FROM strategize_segmentmember m
    JOIN strategize_segment s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id
    WHERE m.workspace_id = %s AND m.member AND s.name = ANY(%s)"""


def load(scratch: Scratch, workspace: Workspace, rule: Compiled, now: datetime) -> lake.Snapshot:
    """Bring the tables that rules speak of, but people, before the scratch's DuckDB; return what of the lake is in use.

    Beside them stand moved(id, person), the profiles that were merged into another's, and gone(id, person), those of erased people.
    """
    for name, query in (("moved", MOVED), ("gone", GONE)):
        scratch.take(name, {"id": "BIGINT", "person": "BIGINT"}, query, (workspace.pk,))
    held = _load_events(scratch, workspace, rule, now)
    _load_facts(scratch, workspace, rule)
    _load_consents(scratch, workspace, rule)
    _load_members(scratch, workspace, rule)
    return held


def load_people(scratch: Scratch, workspace: Workspace) -> None:
    """Bring people(person, shard), everybody who is not erased; a rule that does not ask for all can be told without."""
    scratch.take("firsts", {"person": "BIGINT", "shard": "SMALLINT"}, PEOPLE, (workspace.pk,))
    scratch.duck.execute("CREATE OR REPLACE TABLE people AS SELECT * FROM firsts")


def _load_events(scratch: Scratch, workspace: Workspace, rule: Compiled, now: datetime) -> lake.Snapshot:
    names, _, since = fetch.reach([rule], now)
    held = bring(scratch, workspace, Wanted(names, rule.properties, since))
    moved = scratch.duck.execute("SELECT 1 FROM moved LIMIT 1").fetchone()
    whose, beside = ("coalesce(m.person, e.profile)", "LEFT JOIN moved m ON m.id = e.profile") if moved else ("e.profile", "")
    scratch.duck.execute(
        f"""CREATE OR REPLACE VIEW events AS
            SELECT {whose} AS person, e.id, make_timestamp(e.micros) AS occurred_at, e.name, e.properties FROM past e {beside}"""
    )
    return held


def _load_facts(scratch: Scratch, workspace: Workspace, rule: Compiled) -> None:
    columns = {"profile": "BIGINT", "key": "VARCHAR", "value": "VARCHAR", "at": "BIGINT"}
    if rule.facts:
        scratch.take("every_fact", columns, FACTS, (workspace.pk, sorted(rule.facts)))
    else:
        scratch.nothing("every_fact", columns)
    if scratch.duck.execute("SELECT 1 FROM moved LIMIT 1").fetchone():
        told = f"""SELECT coalesce(p.person, f.profile) AS person, f.key, arg_max(f.value, (f.at, f.profile)) AS value
            FROM every_fact f LEFT JOIN moved p ON p.id = f.profile WHERE {HERE} GROUP BY coalesce(p.person, f.profile), f.key"""
    else:  # each profile is a person's only one, and has one value of each fact: to group them would hold all of them twice
        told = f"SELECT f.profile AS person, f.key, f.value FROM every_fact f WHERE {HERE}"
    scratch.duck.execute(f"CREATE OR REPLACE TABLE facts AS {told}")


def _load_consents(scratch: Scratch, workspace: Workspace, rule: Compiled) -> None:
    """Take what a single profile says as it stands; where profiles were merged, or someone is young, the consent room decides."""
    if not rule.consent:
        scratch.duck.execute("CREATE OR REPLACE TABLE consents (person BIGINT, channel VARCHAR, purpose VARCHAR)")
        return
    query = "SELECT profile_id, channel, purpose, state FROM people_consentnow WHERE workspace_id = %s"
    columns = {"profile": "BIGINT", "channel": "VARCHAR", "purpose": "VARCHAR", "state": "VARCHAR"}
    scratch.take("said", columns, query, (workspace.pk,))
    young = f"SELECT f.profile_id FROM people_fact f WHERE f.workspace_id = %s AND {age_matters('%s', '%s')}"
    since = _first_consent(workspace) - max(ages.AGES.values())
    scratch.take("young", {"profile": "BIGINT"}, young, (workspace.pk, list(ages.WEIGHED), since, since))
    scratch.duck.execute(
        f"""CREATE OR REPLACE TABLE looked_at AS
               SELECT person FROM moved UNION
               SELECT coalesce(p.person, f.profile) FROM young f LEFT JOIN moved p ON p.id = f.profile WHERE {HERE};
           CREATE OR REPLACE TABLE consents AS SELECT coalesce(p.person, f.profile) AS person, f.channel, f.purpose
           FROM said f LEFT JOIN moved p ON p.id = f.profile
           WHERE f.state = 'granted' AND {HERE} AND coalesce(p.person, f.profile) NOT IN (SELECT person FROM looked_at)"""
    )
    others = [row[0] for row in scratch.duck.execute("SELECT person FROM looked_at").fetchall()]
    for start in range(0, len(others), AT_ONCE):
        if found := fetch.consents_of(workspace, others[start : start + AT_ONCE]):
            scratch.duck.executemany("INSERT INTO consents VALUES (?, ?, ?)", found)


def _load_members(scratch: Scratch, workspace: Workspace, rule: Compiled) -> None:
    columns = {"segment": "VARCHAR", "person": "BIGINT"}
    if rule.segments:
        scratch.take("members", columns, MEMBERS, (workspace.pk, sorted(rule.segments)))
    else:
        scratch.nothing("members", columns)


def _first_consent(workspace: Workspace) -> int:
    """Return the year of the first consent that still stands: whoever was of age by then gave all of theirs themselves."""
    with connection.cursor() as cursor:
        year = "extract(year FROM min(coalesce(heard_at, at)))::int"
        cursor.execute(f"SELECT {year} FROM people_consentnow WHERE workspace_id = %s", (workspace.pk,))
        return int(cursor.fetchone()[0] or 9999)
