"""The lots of many people at once: about whom nothing is special, and whether they can and may be reached.

Nothing is special about somebody with one profile and at most one address of the kind, who had nothing of the dialogue, is in no
segment that it leaves out, and of whom no fact says that they may be too young, nor anything about the topic. Their lot hangs on
address, suppression and consent alone. All others are weighed by the rules, one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.engage.channels import registry
from duologue.engage.runs.rules import admission
from duologue.people.consent import ages
from duologue.people.consent.queries import age_matters, barred, purposes
from duologue.people.consent.rules import KIND_OF, topic_fact
from duologue.platform.database import arrays
from duologue.platform.database.looking import by_index, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.engage.runs.admissions import Candidate
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

SPECIAL: Final = "special"
MAY: Final = ""
NO_ADDRESS, NO_CONSENT, SUPPRESSED = "no_address", "no_consent", "suppressed"
BEGUN: Final = """(SELECT true FROM engage_run r WHERE r.workspace_id = %(workspace)s AND r.dialogue_id = %(dialogue)s
            AND r.profile_id = n.person LIMIT 1)"""


def _lot(no_address: str, begun: str) -> str:
    """Return the SQL that says what the lot of `n.person` is, with their profiles `p`, consent `c` and addresses `a` beside them."""
    return f"""
CASE WHEN NOT p.alone OR a.many > 1 OR {begun}
        OR (cardinality(%(topics)s::text[]) > 0 AND (SELECT true FROM people_fact f WHERE f.workspace_id = %(workspace)s
            AND f.profile_id = n.person AND f.key = ANY(%(topics)s::text[]) LIMIT 1))
        OR (cardinality(%(excepts)s::text[]) > 0 AND (SELECT true FROM strategize_segmentmember m
            JOIN strategize_segment s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id
            WHERE m.workspace_id = %(workspace)s AND m.person = n.person AND m.member AND s.name = ANY(%(excepts)s::text[]) LIMIT 1))
        OR (c.at IS NOT NULL AND (SELECT true FROM people_fact f WHERE f.workspace_id = %(workspace)s AND f.profile_id = n.person
            AND {age_matters("%(ages)s::text[]", "extract(year FROM c.at) - %(oldest)s")} LIMIT 1))
        THEN 'special'
     WHEN {no_address} THEN 'no_address'
     WHEN c.at IS NOT NULL OR NOT %(asks)s THEN ''
     ELSE 'no_consent' END"""


BESIDE: Final = """
CROSS JOIN LATERAL (SELECT min(q.id) AS first, count(*) = 1 AND min(q.id) = n.person AS alone, min(q.timezone) AS timezone,
           min(q.shard) AS shard
    FROM people_profile q WHERE q.workspace_id = %(workspace)s AND q.person = n.person) p
LEFT JOIN LATERAL (SELECT coalesce(k.heard_at, k.at) AS at FROM people_consentnow k
    WHERE %(asks)s AND k.workspace_id = %(workspace)s AND k.profile_id = n.person
    AND k.purpose = %(purpose)s AND k.channel = %(channel)s AND k.state = 'granted' LIMIT 1) c ON true
CROSS JOIN LATERAL (SELECT min(i.value) AS value, count(*) AS many FROM people_identifier i
    WHERE i.workspace_id = %(workspace)s AND i.profile_id = n.person AND i.kind = %(kind)s) a"""
HAD: Final = """(SELECT true FROM engage_admission d WHERE d.workspace_id = %(workspace)s AND d.dialogue_id = %(dialogue)s
    AND d.person = {} LIMIT 1)"""
ALL_OF: Final = """ANY(ARRAY(SELECT q.id FROM people_profile q WHERE q.workspace_id = %(workspace)s AND q.person = n.person))"""
OF_PERSONS: Final = f"""
SELECT n.at - 1, p.timezone, a.value, CASE WHEN {HAD.format("n.person")} THEN 'special' ELSE {_lot("a.many = 0", BEGUN)} END
FROM unnest(%(persons)s::bigint[]) WITH ORDINALITY AS n (person, at) {BESIDE}"""
PAGE: Final = """
SELECT array_agg(n.person)::text FROM (
    SELECT m.person FROM strategize_segmentmember m
    LEFT JOIN engage_admission d ON d.workspace_id = %(workspace)s AND d.dialogue_id = %(dialogue)s AND d.person = m.person
        AND d.person > %(after)s
    WHERE m.workspace_id = %(workspace)s AND m.member AND m.segment_id = (SELECT s.id FROM strategize_segment s
          WHERE s.workspace_id = %(workspace)s AND s.name = %(audience)s) AND m.person > %(after)s AND d.person IS NULL
    ORDER BY m.person LIMIT %(most)s) n"""
NOT_HAD: Final = f"CASE WHEN p.alone THEN true ELSE {HAD.format(ALL_OF)} IS NULL END"
ONE_BY_ONE: Final = f"""
SELECT n.person, p.first, p.shard, p.timezone, a.value, {_lot("a.many = 0", BEGUN)}
FROM unnest(%(persons)s::bigint[]) AS n (person) {BESIDE}
WHERE p.first IS NOT NULL AND {NOT_HAD} ORDER BY n.person"""
BETWEEN: Final = "BETWEEN %(first)s AND %(last)s"
SIDE_BY_SIDE: Final = f"""
SELECT n.person, p.first, p.shard, p.timezone, a.value, {_lot("a.many IS NULL", "r.profile_id IS NOT NULL")}
FROM unnest(%(persons)s::bigint[]) AS n (person)
JOIN (SELECT q.person, min(q.id) AS first, count(*) = 1 AND min(q.id) = q.person AS alone, min(q.timezone) AS timezone,
           min(q.shard) AS shard
      FROM people_profile q WHERE q.workspace_id = %(workspace)s AND q.person {BETWEEN} GROUP BY q.person) p ON p.person = n.person
LEFT JOIN (SELECT k.profile_id, coalesce(k.heard_at, k.at) AS at FROM people_consentnow k
           WHERE %(asks)s AND k.workspace_id = %(workspace)s AND k.profile_id {BETWEEN}
           AND k.purpose = %(purpose)s AND k.channel = %(channel)s AND k.state = 'granted') c
    ON c.profile_id = n.person
LEFT JOIN (SELECT i.profile_id, min(i.value) AS value, count(*) AS many FROM people_identifier i
           WHERE i.workspace_id = %(workspace)s AND i.profile_id {BETWEEN} AND i.kind = %(kind)s GROUP BY i.profile_id) a
    ON a.profile_id = n.person
LEFT JOIN (SELECT DISTINCT profile_id FROM engage_run WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s
           AND profile_id {BETWEEN}) r ON r.profile_id = n.person
WHERE {NOT_HAD} ORDER BY n.person"""
SPARSE: Final = 4
"""Where there are more numbers than so many for each person of a page, its people are looked up one by one."""


def look_up(workspace: Workspace, version: Version, candidates: Sequence[Candidate]) -> bool:
    """Note on all these people what their lots are; False where the plan is such that everybody is to be weighed by the rules."""
    asked = _asked(workspace, version)
    if asked is None:
        return False
    unknown = [one for one in candidates if one.lot is None]
    if unknown:
        with connection.cursor() as cursor, by_index(cursor):
            cursor.execute(OF_PERSONS, {**asked, "persons": arrays.numbers([one.person for one in unknown])})
            for place, *found in cursor.fetchall():
                one = unknown[place]
                one.zone, one.address, one.lot = found
    open_ = {one.address: one for one in candidates if one.lot in {MAY, NO_CONSENT}}
    for address in barred(workspace, asked["channel"], open_.keys()):
        open_[address].lot = SUPPRESSED
    return True


def members(workspace: Workspace, version: Version, most: int, after: int) -> list[int] | None:
    """Return members of the audience numbered above `after` who have no verdict under that number, in its order; `of_members` says more.

    None where `look_up` says False.
    """
    asked = _asked(workspace, version)
    if asked is None:
        return None
    with connection.cursor() as cursor, in_order(cursor):
        cursor.execute(PAGE, {**asked, "after": after, "most": most})
        found = cursor.fetchone()[0]
    return [int(number) for number in found[1:-1].split(",")] if found else []


def of_members(workspace: Workspace, version: Version, persons: Sequence[int]) -> list[tuple[int, int, int, str, str, str]]:
    """Return those of these `members` who have no verdict under any of their profiles, in the order of their numbers.

    Each is (person, first profile, shard, zone, address, lot), the lot as it is but for suppression.
    """
    first, last = persons[0], persons[-1]
    is_sparse = last - first > SPARSE * len(persons)
    values = {**(_asked(workspace, version) or {}), "first": first, "last": last, "persons": arrays.numbers(persons)}
    with connection.cursor() as cursor, by_index(cursor) if is_sparse else in_order(cursor):
        cursor.execute(ONE_BY_ONE if is_sparse else SIDE_BY_SIDE, values)
        return list(cursor.fetchall())


def _asked(workspace: Workspace, version: Version) -> dict[str, Any] | None:
    """Return what is asked about each person; None where a plan also begins for each occasion, or asks about the person at once."""
    plan = version.plan
    first = plan.turns[plan.start]
    channel = "" if plan.per or first.only_if or first.does == "branch" else only_channel(plan)
    return about(workspace, version, channel) if channel else None


def only_channel(plan: Plan) -> str:
    """Return the one channel that a plan speaks by; empty where there are several, or where it spends no more than some money."""
    spoken = set(admission.channels_of(plan))
    return spoken.pop() if len(spoken) == 1 and spoken <= registry.names() and plan.spend is None else ""


def about(workspace: Workspace, version: Version, channel: str) -> dict[str, Any]:
    """Return what the lots of people hang on in a dialogue that speaks by this channel alone."""
    plan = version.plan
    known = purposes(workspace)
    topics = {topic for topic in (plan.topic, plan.turns[plan.start].topic) if topic}
    return {
        "workspace": workspace.pk,
        "dialogue": version.dialogue,
        "audience": plan.audience,
        "purpose": plan.purpose,
        "channel": channel,
        "kind": KIND_OF.get(channel, channel),
        "asks": plan.purpose in known and known[plan.purpose].basis == "consent" and not admission.asks_for_consent(plan),
        "excepts": list(plan.excepts),
        "topics": [topic_fact(topic) for topic in topics],
        "ages": list(ages.WEIGHED),
        "oldest": max(ages.AGES.values()),
    }
