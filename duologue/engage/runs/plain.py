"""Weighing at once all those of an audience about whom nothing is special, by counting in the database.

Nothing is special about somebody with one profile and at most one address of the kind, who had nothing of the dialogue, is in no
segment that it leaves out, has no pause, wish or word about the topic or their age, and has lately got nothing and waits for nothing
from others. Their lot hangs on address, suppression, consent and the draw of the control group alone. All others are weighed by the
rules, one by one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.engage.channels import registry
from duologue.engage.runs.rules import admission
from duologue.engage.runs.rules.admission import HELD_OUT
from duologue.people.consent import ages
from duologue.people.consent.queries import purposes
from duologue.people.consent.rules import KIND_OF, topic_fact
from duologue.platform.secrets.signing import address_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from duologue.engage.messages.rules.gate import Cap
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

SPECIAL, NO_ADDRESS, MAY, MAY_NOT = "special", "no_address", "may", "may_not"
OF_EACH: Final = """
WITH special AS (
    SELECT person FROM people_profile WHERE workspace_id = %(workspace)s AND person <> id
    UNION SELECT profile_id FROM people_pause WHERE workspace_id = %(workspace)s AND lifted_at IS NULL
    UNION SELECT profile_id FROM people_wish WHERE workspace_id = %(workspace)s
    UNION SELECT profile_id FROM people_fact WHERE workspace_id = %(workspace)s AND key = ANY(%(facts)s)
    UNION SELECT person FROM engage_admission WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s
    UNION SELECT profile_id FROM engage_run WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s
    UNION SELECT m.person FROM strategize_segmentmember m
        JOIN strategize_segment s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id
        WHERE m.workspace_id = %(workspace)s AND m.member AND s.name = ANY(%(excepts)s)
    UNION SELECT profile_id FROM engage_delivery WHERE workspace_id = %(workspace)s AND state = 'queued' AND due_at <= %(soon)s
    UNION SELECT profile_id FROM engage_delivery WHERE workspace_id = %(workspace)s AND %(since)s::timestamptz IS NOT NULL
        AND kind = 'promotion' AND state IN ('accepted', 'handing_over', 'uncertain') AND coalesce(accepted_at, handed_over_at) > %(since)s
), address AS (
    SELECT profile_id, min(value) AS value, count(*) AS many FROM people_identifier
    WHERE workspace_id = %(workspace)s AND kind = %(kind)s GROUP BY profile_id
), each AS (
    SELECT m.person, coalesce(a.value, '') AS value,
        CASE WHEN s.person IS NOT NULL OR p.id IS NULL OR a.many > 1 THEN 'special'
             WHEN a.many IS NULL THEN 'no_address'
             WHEN NOT %(asks)s OR c.state = 'granted' THEN 'may'
             ELSE 'may_not' END AS lot
    FROM strategize_segmentmember m
    LEFT JOIN people_profile p ON p.workspace_id = %(workspace)s AND p.id = m.person AND p.person = m.person
    LEFT JOIN special s ON s.person = m.person
    LEFT JOIN address a ON a.profile_id = m.person
    LEFT JOIN people_consentnow c ON c.workspace_id = %(workspace)s AND c.profile_id = m.person
        AND c.purpose = %(purpose)s AND c.channel = %(channel)s
    WHERE m.workspace_id = %(workspace)s AND m.member
      AND m.segment_id = (SELECT id FROM strategize_segment WHERE workspace_id = %(workspace)s AND name = %(audience)s)
)
"""


@dataclass(slots=True)
class Counted:
    """How many would hear of it now, how many not and why, and the persons who are to be weighed by the rules."""

    now: int = 0
    never: Counter[str] = field(default_factory=Counter)
    special: list[int] = field(default_factory=list)


def count_plain(workspace: Workspace, version: Version, caps: Sequence[Cap], *, now: datetime, soon: datetime) -> Counted | None:
    """Count an audience in one pass over it. None where the plan itself is such that everybody is to be weighed by the rules.

    Where addresses are suppressed or some are held out, each plain member's address or number goes by once, and is not kept.
    """
    plan = version.plan
    spoken = set(admission.channels_of(plan))
    if len(spoken) != 1 or not spoken <= registry.names() or plan.spend is not None or any(cap.at_most < 1 for cap in caps):
        return None
    (channel,) = spoken
    asked = {
        **_asked(workspace, plan, channel),
        "dialogue": version.dialogue,
        "soon": soon,
        "since": now - max(cap.within for cap in caps) if caps else None,
    }
    barred = _barred(workspace, channel)
    return _passing_by(workspace, plan, channel, barred, asked) if barred or plan.holdout else _by_number(asked)


def _asked(workspace: Workspace, plan: Plan, channel: str) -> dict[str, Any]:
    known = purposes(workspace)
    topics = {topic for topic in (plan.topic, plan.turns[plan.start].topic) if topic}
    return {
        "workspace": workspace.pk,
        "audience": plan.audience,
        "purpose": plan.purpose,
        "channel": channel,
        "kind": KIND_OF.get(channel, channel),
        "asks": plan.purpose in known and known[plan.purpose].basis == "consent" and not admission.asks_for_consent(plan),
        "excepts": list(plan.excepts),
        "facts": [*ages.WEIGHED, *map(topic_fact, topics)],
    }


def _by_number(asked: dict[str, Any]) -> Counted:
    found = Counted()
    with connection.cursor() as cursor:
        cursor.execute(f"{OF_EACH} SELECT lot, count(*), array_agg(person) FILTER (WHERE lot = 'special') FROM each GROUP BY lot", asked)
        for lot, many, persons in cursor.fetchall():
            if lot == SPECIAL:
                found.special = sorted(persons)
            elif lot == MAY:
                found.now = many
            else:
                found.never["no_consent" if lot == MAY_NOT else lot] = many
    return found


def _passing_by(workspace: Workspace, plan: Plan, channel: str, barred: frozenset[bytes], asked: dict[str, Any]) -> Counted:
    found, salt = Counted(), bytes(workspace.salt)
    for lot, number, value in _each(asked):
        if lot == SPECIAL:
            found.special.append(int(number))
        elif lot == NO_ADDRESS:
            found.never[lot] += 1
        elif barred and address_digest(salt, channel, value) in barred:
            found.never["suppressed"] += 1
        elif lot == MAY_NOT:
            found.never["no_consent"] += 1
        elif plan.holdout and admission.holds_out(plan.dialogue, int(number), workspace.seed, plan.holdout):
            found.never[HELD_OUT] += 1
        else:
            found.now += 1
    found.special.sort()
    return found


def _each(asked: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each member's lot, number and address, a block of the answer at a time."""
    rest = b""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({OF_EACH} SELECT lot, person, value FROM each) TO STDOUT", asked) as copy:
        for block in copy:
            *lines, rest = (rest + bytes(block)).split(b"\n")
            for line in lines:
                lot, number, value = line.decode().split("\t")
                yield lot, number, value.replace("\\\\", "\\") if "\\" in value else value


def _barred(workspace: Workspace, channel: str) -> frozenset[bytes]:
    """Return the keyed hashes of all addresses that must not be used on a channel."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT address FROM people_suppression WHERE workspace_id = %s AND channel = %s", (workspace.pk, channel))
        return frozenset(bytes(address) for (address,) in cursor.fetchall())
