"""Taking due deliveries out of the queue, with all that the gate and the writer ask about them, in a few queries per batch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection

from duologue.engage.channels import registry
from duologue.engage.messages.conditions import no_longer
from duologue.engage.messages.ranks import by_rank
from duologue.engage.messages.rules.body import body_of
from duologue.engage.messages.rules.gate import NOW, WARM_UP, Asked, Cap, Verdict, may_we_send, opens_at
from duologue.engage.messages.warming import Places
from duologue.kit.clock import zone_named
from duologue.people.consent.queries import standing, suppressed, wishes
from duologue.people.consent.rules import topic_fact
from duologue.people.profiles.queries import KnownPerson, people
from duologue.platform.registry.shards import SHARDS
from duologue.strategize.dialogues.rules.way import ONLY_IF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duologue.engage.contributions.models import Contribution
    from duologue.engage.messages.items import Item
    from duologue.engage.messages.surroundings import Surroundings
    from duologue.people.consent.rules import Standing, Wishes
    from duologue.platform.workspaces.models import Workspace

WITHOUT_RELAY = timedelta(hours=6)
OPEN_PAUSE = timedelta(days=1)
COLUMNS = """d.id, d.run_id, d.dialogue_id, p.person, d.profile_id, d.turn, d.occurrence, d.message_version_id, d.conversation_id, d.body,
    d.channel, d.purpose, d.kind, d.basis, d.attempt, d.too_late_at, coalesce(g.name, ''), coalesce(m.name, '')"""
TABLES = """engage_delivery d
    JOIN people_profile p ON p.workspace_id = d.workspace_id AND p.id = d.profile_id
    LEFT JOIN strategize_dialogue g ON g.workspace_id = d.workspace_id AND g.id = d.dialogue_id
    LEFT JOIN engage_messageversion v ON v.workspace_id = d.workspace_id AND v.id = d.message_version_id
    LEFT JOIN engage_message m ON m.workspace_id = d.workspace_id AND m.id = v.message_id"""
BODY = 9
TO_THEMSELVES = ("known", "agree")  # letters of our own that people ask for


class Claimed(msgspec.Struct):
    """A delivery taken out of the queue. `person` is the one its profile belongs to now."""

    id: int
    run_id: int | None
    dialogue_id: int | None
    person: int
    profile_id: int
    turn: str
    seq: int
    version_id: int | None
    conversation_id: int | None
    body: dict[str, Any]
    channel: str
    purpose: str
    kind: str
    basis: str
    attempt: int
    too_late_at: datetime
    dialogue: str
    message: str
    earlier_perks: dict[str, Any] = {}  # by offer: what its run gave before, as in body["perks"]
    items: list[Item] = []  # the products it shows
    voices: list[Contribution] = []  # what people say, where it shows that


def claim(workspace: Workspace, now: datetime, most: int, shards: Sequence[int]) -> list[Claimed]:
    """Lock and return deliveries that are due for people in these shards; those of a paused dialogue wait."""
    only = "" if len(shards) == SHARDS else "AND p.shard = ANY(%(shards)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {COLUMNS} FROM {TABLES}
               WHERE d.workspace_id = %(workspace)s AND d.waits AND d.due_at <= %(now)s AND g.state IS DISTINCT FROM 'paused'
                     {only}
               ORDER BY d.due_at, d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED""",
            {"workspace": workspace.pk, "now": now, "most": most, "shards": list(shards)},
        )
        rows = cursor.fetchall()
    return [claimed_from(row) for row in rows]


def claimed_from(row: Sequence[Any]) -> Claimed:
    """Read a row whose columns are those of `Claimed`, in their order."""
    values = list(row)
    values[BODY] = body_of(values[BODY])
    return Claimed(*values)


@dataclass(slots=True)
class Judged:
    """A batch with its verdicts, and what the writer needs of the people in it."""

    verdicts: dict[int, Verdict]
    known: dict[int, KnownPerson]
    addresses: dict[int, str]


def judge(workspace: Workspace, claimed: Sequence[Claimed], around: Surroundings, now: datetime) -> Judged:
    """Ask the gate about every delivery of a batch, by the rank of their dialogues, counting those let through towards the caps."""
    persons = sorted({one.person for one in claimed})
    known = people(workspace, persons)
    stand = standing(workspace, persons, facts={person: one.facts for person, one in known.items()})
    addresses = _addresses(workspace, claimed, known)
    barred = _barred(workspace, claimed, addresses)
    wished = wishes(workspace, persons)
    paces = paces_of(wished)
    received = received_by(workspace, persons, (*around.caps, *paces.values()), now)
    ready = {name: _ready(workspace, name, now) for name in {one.channel for one in claimed}}
    changed = no_longer(workspace, claimed, now)
    places = Places(workspace, around.sender.address, claimed, addresses, now)
    verdicts: dict[int, Verdict] = {}
    for one in by_rank(workspace, claimed) if around.caps or paces else claimed:
        verdict = ready[one.channel]
        if verdict.answer != "never":
            wish = wished.get(one.person)
            asked = _asked(one, workspace, around, known.get(one.person), wish.hours if wish else "", now)
            asked.pace = paces.get(one.person)
            asked.declined = _declines(known.get(one.person), one.body.get("topic", ""))
            asked.address = addresses.get(one.id)
            asked.is_suppressed = (one.channel, asked.address) in barred
            asked.received = received[one.person]
            weigh_standing(asked, stand[one.person], one.purpose, now)
            found = may_we_send(asked, around.caps, now)
            verdict = verdict if found.answer == "now" else found
            if verdict.answer == "later" and verdict.at is not None and verdict.at > one.too_late_at:
                verdict = Verdict("never", "too_late")
        if verdict.answer == "now" and one.id in changed:
            verdict = Verdict("never", ONLY_IF)
        if verdict.answer == "now" and (at := places.take(one, addresses[one.id])) is not None:
            verdict = Verdict("later", WARM_UP, at)
        verdicts[one.id] = verdict
        if verdict.answer == "now" and one.kind == "promotion":
            received[one.person].append((now, one.channel))
    places.write_down()
    return Judged(verdicts, known, addresses)


def _asked(  # noqa: PLR0917 - all that settles when a window opens
    one: Claimed, workspace: Workspace, around: Surroundings, person: KnownPerson | None, hours: str, now: datetime
) -> Asked:
    promotes = one.kind == "promotion"
    wanted = (one.body.get("window") or around.quiet, *around.hours, hours) if promotes else (one.body.get("window"),)
    windows = [window for window in wanted if window]
    opens = now
    if windows:
        zone = one.body.get("zone") or (person.timezone if person else "") or workspace.timezone
        opens = opens_at(windows, zone_named(zone, workspace.timezone), now)
    return Asked(kind=one.kind, basis=one.basis, channel=one.channel, too_late_at=one.too_late_at, opens_at=opens)


def _declines(person: KnownPerson | None, topic: str) -> bool:
    return bool(topic) and person is not None and person.facts.get(topic_fact(topic)) is False


def paces_of(wished: Mapping[int, Wishes]) -> dict[int, Cap]:
    """Return the caps that people wish for themselves."""
    return {person: Cap(1, timedelta(days=wish.pace_days)) for person, wish in wished.items() if wish.pace_days}


def weigh_standing(asked: Asked, stand: Standing, purpose: str, now: datetime) -> None:
    """Put on the question to the gate what the person allows, and until when promotion is silent."""
    asked.may = stand.may(asked.channel, purpose)
    asked.lacks_parent = not asked.may and stand.lacks_parent(asked.channel, purpose)
    if stand.paused(now):
        asked.paused_until = stand.paused_until(now) or now + OPEN_PAUSE


def _addresses(workspace: Workspace, claimed: Sequence[Claimed], known: dict[int, KnownPerson]) -> dict[int, str]:
    """Return the address of each delivery: the newest; of an answer, and of the letter that people ask for, the newest that works."""
    found = {}
    for one in claimed:
        if one.body.get("to"):
            found[one.id] = one.body["to"]
            continue
        adapter, person = registry.channel(one.channel), known.get(one.person)
        if adapter is not None and person is not None and person.identifiers.get(adapter.address_kind):
            given = person.identifiers[adapter.address_kind]
            wanted = one.conversation_id is not None or one.body.get("plain") in TO_THEMSELVES
            barred = suppressed(workspace, one.channel, given) if len(given) > 1 and wanted else ()
            found[one.id] = next((address for address in given if address not in barred), given[0])
    return found


def _barred(workspace: Workspace, claimed: Sequence[Claimed], addresses: dict[int, str]) -> set[tuple[str, str]]:
    by_channel: dict[str, set[str]] = defaultdict(set)
    for one in claimed:
        if one.id in addresses:
            by_channel[one.channel].add(addresses[one.id])
    return {(channel, address) for channel, given in by_channel.items() for address in suppressed(workspace, channel, given)}


def received_by(workspace: Workspace, persons: Sequence[int], caps: Sequence[Cap], now: datetime) -> dict[int, list[tuple[datetime, str]]]:
    """Return the promotions each person got within the longest cap, over all dialogues and all their profiles."""
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    if not caps:
        return found
    since = now - max(cap.within for cap in caps)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, coalesce(d.accepted_at, d.handed_over_at), d.channel
               FROM people_profile p JOIN engage_delivery d ON d.workspace_id = p.workspace_id AND d.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND d.kind = 'promotion'
                 AND d.state IN ('accepted', 'handing_over', 'uncertain') AND coalesce(d.accepted_at, d.handed_over_at) > %s""",
            (workspace.pk, list(persons), since),
        )
        for person, at, channel in cursor.fetchall():
            found[person].append((at, channel))
    return found


def _ready(workspace: Workspace, name: str, now: datetime) -> Verdict:
    adapter = registry.channel(name)
    if adapter is None:
        return Verdict("never", "no_channel")
    ready_at = adapter.ready_at(workspace=workspace, now=now)
    if ready_at is None:
        return Verdict("later", "no_relay", now + WITHOUT_RELAY)
    return NOW if ready_at <= now else Verdict("later", "relay_resting", ready_at)


def as_claimed(body: dict[str, Any], kind: str, *, delivery_id: int = 0, profile_id: int = 0) -> Claimed:
    """Return a delivery as if it had been claimed, to fill in what does not leave."""
    return Claimed(
        id=delivery_id,
        run_id=None,
        dialogue_id=None,
        person=0,
        profile_id=profile_id,
        turn="",
        seq=1,
        version_id=None,
        conversation_id=None,
        body=body,
        channel="email",
        purpose="",
        kind=kind,
        basis="consent",
        attempt=0,
        too_late_at=datetime.max.replace(tzinfo=UTC),
        dialogue="",
        message="",
    )
