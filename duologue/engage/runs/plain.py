"""Weighing at once all those of an audience about whom nothing is special, by counting in the database.

Nothing is special about somebody with one profile and at most one address of the kind, who had nothing of the dialogue, is in no
segment that it leaves out, has no pause, wish or word about the topic, is surely old enough, and has lately got nothing and waits for
nothing from others. Their lot hangs on address, suppression, consent and the draw of the control group alone. All others are weighed by
the rules, one by one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.engage.runs.coming import OF_ALL
from duologue.engage.runs.lots import about, only_channel
from duologue.engage.runs.rules import admission
from duologue.engage.runs.rules.admission import HELD_OUT
from duologue.people.consent.queries import age_matters
from duologue.platform.secrets.signing import address_digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from duologue.engage.messages.rules.gate import Cap
    from duologue.engage.runs.coming import Coming
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

SPECIAL, NO_ADDRESS, MAY, MAY_NOT = b"special", b"no_address", b"may", b"may_not"
BLOCK: Final = 1 << 16
OF_EACH: Final = f"""
WITH born AS MATERIALIZED (
    SELECT CASE WHEN %(asks)s THEN extract(year FROM min(coalesce(heard_at, at))) - %(oldest)s ELSE 0 END AS year
    FROM people_consentnow WHERE workspace_id = %(workspace)s
), special AS (
    SELECT person FROM people_profile WHERE workspace_id = %(workspace)s AND person <> id
    UNION SELECT profile_id FROM people_pause WHERE workspace_id = %(workspace)s AND lifted_at IS NULL
    UNION SELECT profile_id FROM people_wish WHERE workspace_id = %(workspace)s
    UNION SELECT profile_id FROM people_fact WHERE workspace_id = %(workspace)s AND key = ANY(%(topics)s)
    UNION SELECT f.profile_id FROM people_fact f WHERE f.workspace_id = %(workspace)s
        AND {age_matters("%(ages)s", "(SELECT year FROM born)")}
    UNION SELECT person FROM engage_admission WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s
    UNION SELECT profile_id FROM engage_run WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s
    UNION SELECT m.person FROM strategize_segmentmember m
        JOIN strategize_segment s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id
        WHERE m.workspace_id = %(workspace)s AND m.member AND s.name = ANY(%(excepts)s)
    UNION SELECT profile_id FROM engage_delivery WHERE workspace_id = %(workspace)s AND waits AND due_at <= %(soon)s
    UNION SELECT profile_id FROM engage_delivery WHERE workspace_id = %(workspace)s AND %(since)s::timestamptz IS NOT NULL
        AND kind = 'promotion' AND state IN ('accepted', 'handing_over', 'uncertain') AND coalesce(accepted_at, handed_over_at) > %(since)s
), address AS (
    SELECT profile_id, min(value) AS value, count(*) AS many FROM people_identifier
    WHERE workspace_id = %(workspace)s AND kind = %(kind)s GROUP BY profile_id
), also AS (
    SELECT person, string_agg(dialogue::text, ',') AS dialogues FROM ({OF_ALL}) n GROUP BY person
), each AS (
    SELECT m.person, coalesce(a.value, '') AS value,
        CASE WHEN s.person IS NOT NULL OR p.id IS NULL OR a.many > 1 THEN 'special'
             WHEN a.many IS NULL THEN 'no_address'
             WHEN NOT %(asks)s OR c.state = 'granted' THEN 'may'
             ELSE 'may_not' END AS lot,
        coalesce(k.dialogues, '') AS also
    FROM strategize_segmentmember m
    LEFT JOIN people_profile p ON p.workspace_id = %(workspace)s AND p.id = m.person AND p.person = m.person
    LEFT JOIN special s ON s.person = m.person
    LEFT JOIN address a ON a.profile_id = m.person
    LEFT JOIN people_consentnow c ON c.workspace_id = %(workspace)s AND c.profile_id = m.person
        AND c.purpose = %(purpose)s AND c.channel = %(channel)s
    LEFT JOIN also k ON k.person = m.person
    WHERE m.workspace_id = %(workspace)s AND m.member
      AND m.segment_id = (SELECT id FROM strategize_segment WHERE workspace_id = %(workspace)s AND name = %(audience)s)
)
"""


@dataclass(slots=True)
class Counted:
    """How many would hear of it now, and `also` from others by dialogue; how many not and why; who is to be weighed by the rules."""

    now: int = 0
    never: Counter[str] = field(default_factory=Counter)
    also: Counter[str] = field(default_factory=Counter)
    special: list[int] = field(default_factory=list)


def count_plain(workspace: Workspace, version: Version, caps: Sequence[Cap], others: Coming, *, now: datetime) -> Counted | None:
    """Count an audience in one pass over it. None where the plan itself is such that everybody is to be weighed by the rules.

    Where addresses are suppressed or some are held out, each plain member's address or number goes by once, and is not kept.
    """
    plan = version.plan
    channel = only_channel(plan)
    if not channel or any(cap.at_most < 1 for cap in caps):
        return None
    asked = {
        **others.asked,
        **about(workspace, version, channel),
        "since": now - max(cap.within for cap in caps) if caps else None,
    }
    barred = _barred(workspace, channel)
    found, also = _passing_by(workspace, plan, channel, barred, asked) if barred or plan.holdout else _by_number(asked)
    for dialogues, many in also.items():
        found.also.update({others.names[int(dialogue)]: many for dialogue in dialogues.split(",") if dialogue})
    return found


def _by_number(asked: dict[str, Any]) -> tuple[Counted, Counter[str]]:
    found, also = Counted(), Counter[str]()
    with connection.cursor() as cursor:
        cursor.execute(
            f"{OF_EACH} SELECT lot, also, count(*), array_agg(person) FILTER (WHERE lot = 'special') FROM each GROUP BY lot, also", asked
        )
        for lot, dialogues, many, persons in cursor.fetchall():
            if lot == "special":
                found.special += persons
            elif lot == "may":
                found.now += many
                also[dialogues] += many
            else:
                found.never["no_consent" if lot == "may_not" else lot] += many
    found.special.sort()
    return found, also


def _passing_by(
    workspace: Workspace, plan: Plan, channel: str, barred: frozenset[bytes], asked: dict[str, Any]
) -> tuple[Counted, Counter[str]]:
    found, digest = Counted(), address_digests(bytes(workspace.salt), channel)
    also: Counter[bytes] = Counter()
    for members in _each(asked):
        may: list[int] = []
        from_others: list[bytes] = []
        lots: Counter[bytes] = Counter()
        for lot, number, value, dialogues in members:
            if lot == SPECIAL:
                found.special.append(int(number))
            elif lot == NO_ADDRESS:
                lots[lot] += 1
            elif barred and digest(value.replace(b"\\\\", b"\\")) in barred:
                lots[b"suppressed"] += 1
            elif lot == MAY_NOT:
                lots[b"no_consent"] += 1
            else:
                may.append(int(number))
                from_others.append(dialogues)
        draws = admission.held_out(plan.dialogue, may, workspace.seed, plan.holdout) if plan.holdout else []
        left_alone = sum(draws)
        also.update(compress(from_others, map(not_, draws)) if plan.holdout else from_others)
        found.now += len(may) - left_alone
        found.never.update({lot.decode(): many for lot, many in lots.items()})
        if left_alone:
            found.never[HELD_OUT] += left_alone
    found.special.sort()
    return found, Counter({dialogues.decode(): many for dialogues, many in also.items()})


def _each(asked: dict[str, Any]) -> Iterator[Iterator[list[bytes]]]:
    """Yield the members' lots, numbers, addresses and other dialogues as texts, a block of the answer at a time."""
    rest = b""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({OF_EACH} SELECT lot, person, value, also FROM each) TO STDOUT", asked) as copy:
        for blocks in _gathered(copy, BLOCK):
            *lines, rest = (rest + blocks).split(b"\n")
            yield (line.split(b"\t") for line in lines)


def _gathered(blocks: Iterable[Any], least: int) -> Iterator[bytes]:
    """Give what a stream brings in larger blocks."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(bytes(block))
        size += len(parts[-1])
        if size >= least:
            yield b"".join(parts)
            parts, size = [], 0
    yield b"".join(parts)


def _barred(workspace: Workspace, channel: str) -> frozenset[bytes]:
    """Return the keyed hashes of all addresses that must not be used on a channel."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT address FROM people_suppression WHERE workspace_id = %s AND channel = %s", (workspace.pk, channel))
        return frozenset(bytes(address) for (address,) in cursor.fetchall())
