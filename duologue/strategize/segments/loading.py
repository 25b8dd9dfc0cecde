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
PROFILES: Final = {"id": "BIGINT", "person": "BIGINT", "shard": "SMALLINT"}
MEMBERS: Final = """SELECT s.name, m.person FROM strategize_segmentmember m
    JOIN strategize_segment s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id
    WHERE m.workspace_id = %s AND m.member AND s.name = ANY(%s)"""


def load(scratch: Scratch, workspace: Workspace, rule: Compiled, now: datetime) -> lake.Snapshot:
    """Bring people(person, shard) and the tables that rules speak of before the scratch's DuckDB; return what of the lake is in use."""
    duck = scratch.duck
    profiles = f"SELECT id, person, shard FROM people_profile p WHERE workspace_id = %s AND {NOT_ERASED}"
    scratch.take("profiles", PROFILES, profiles, (workspace.pk,))
    duck.execute("CREATE OR REPLACE TABLE people AS SELECT person, any_value(shard) AS shard FROM profiles GROUP BY person")
    duck.execute("CREATE OR REPLACE TABLE moved AS SELECT id, person FROM profiles WHERE id <> person")
    held = _load_events(scratch, workspace, rule, now)
    _load_facts(scratch, workspace, rule)
    _load_consents(scratch, workspace, rule)
    scratch.take("members", {"segment": "VARCHAR", "person": "BIGINT"}, MEMBERS, (workspace.pk, sorted(rule.segments)))
    return held


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
    query = f"SELECT profile_id, key, value::text, {MICROSECONDS.format('at')} FROM people_fact WHERE workspace_id = %s AND key = ANY(%s)"
    columns = {"profile": "BIGINT", "key": "VARCHAR", "value": "VARCHAR", "at": "BIGINT"}
    scratch.take("every_fact", columns, query, (workspace.pk, sorted(rule.facts)))
    scratch.duck.execute(
        """CREATE OR REPLACE TABLE facts AS SELECT p.person, f.key, arg_max(f.value, (f.at, f.profile)) AS value
           FROM every_fact f JOIN profiles p ON p.id = f.profile GROUP BY p.person, f.key"""
    )


def _load_consents(scratch: Scratch, workspace: Workspace, rule: Compiled) -> None:
    """Take what a single profile says as it stands; where profiles were merged, or someone is young, the consent room decides."""
    query = "SELECT profile_id, channel, purpose, state FROM people_consentnow WHERE workspace_id = %s AND %s"
    columns = {"profile": "BIGINT", "channel": "VARCHAR", "purpose": "VARCHAR", "state": "VARCHAR"}
    scratch.take("said", columns, query, (workspace.pk, rule.consent))
    young = f"SELECT f.profile_id FROM people_fact f WHERE f.workspace_id = %s AND %s AND {age_matters('%s', '%s')}"
    since = _first_consent(workspace) - max(ages.AGES.values()) if rule.consent else 0
    scratch.take("young", {"profile": "BIGINT"}, young, (workspace.pk, rule.consent, list(ages.WEIGHED), since, since))
    scratch.duck.execute(
        """CREATE OR REPLACE TABLE looked_at AS
               SELECT person FROM moved UNION SELECT p.person FROM young y JOIN profiles p ON p.id = y.profile;
           CREATE OR REPLACE TABLE consents AS SELECT p.person, s.channel, s.purpose FROM said s JOIN profiles p ON p.id = s.profile
           WHERE s.state = 'granted' AND p.person NOT IN (SELECT person FROM looked_at)"""
    )
    others = [row[0] for row in scratch.duck.execute("SELECT person FROM looked_at").fetchall()] if rule.consent else []
    for start in range(0, len(others), AT_ONCE):
        if found := fetch.consents_of(workspace, others[start : start + AT_ONCE]):
            scratch.duck.executemany("INSERT INTO consents VALUES (?, ?, ?)", found)


def _first_consent(workspace: Workspace) -> int:
    """Return the year of the first consent that still stands: whoever was of age by then gave all of theirs themselves."""
    with connection.cursor() as cursor:
        year = "extract(year FROM min(coalesce(heard_at, at)))::int"
        cursor.execute(f"SELECT {year} FROM people_consentnow WHERE workspace_id = %s", (workspace.pk,))
        return int(cursor.fetchone()[0] or 9999)
