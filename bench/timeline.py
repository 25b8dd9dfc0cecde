"""From what was received to the timeline: the product, beside a hand-written loop over the same tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection, transaction

from bench.meter import Meter, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

EVENTS = 100_000
PEOPLE = 5000
AT_ONCE = 5000
TAKEN = "SELECT id, source, received_at, payload FROM people_received WHERE workspace_id = %s ORDER BY arrives_at, id LIMIT %s"
NEW = """INSERT INTO people_seenkey (workspace_id, key, seen_at)
         SELECT %s, k, %s FROM unnest(%s::bytea[]) AS k ON CONFLICT DO NOTHING RETURNING key"""
WHOSE = "SELECT value, profile_id FROM people_identifier WHERE workspace_id = %s AND kind = 'external' AND value = ANY(%s::text[])"
COLUMNS = "workspace_id, write_id, name, source, profile_id, occurred_at, properties, received_at"
BATCH = """INSERT INTO people_batch (workspace_id, write_id, events, first_at, last_at, written_at)
           SELECT %s, %s, count(*), min(at), max(at), %s FROM unnest(%s::timestamptz[]) AS t (at)"""


class Tracked(msgspec.Struct, rename="camel"):
    """What the loop reads."""

    user_id: str
    message_id: str
    event: str
    timestamp: str
    properties: msgspec.Raw


def onto_the_timeline(workspace) -> Row:
    """Take in as many events by the product as by the loop, from people who are known."""
    _taken(workspace, 0, 2 * AT_ONCE)  # makes the people, and loads what a worker loads once in its life
    taken = _taken(workspace, 1, EVENTS)
    by_hand = _by_hand(workspace, 2, EVENTS)
    row = taken.row(f"{EVENTS:,} events onto the timeline", "events/s", EVENTS, limit=EVENTS / by_hand.seconds, goal=20_000)
    row.note = f"the loop took {by_hand.cpu * 1e6 / EVENTS:.0f} µs here and {by_hand.database_cpu * 1e6 / EVENTS:.0f} in PostgreSQL"
    return row


def _taken(workspace, part: int, count: int) -> Meter:
    from duologue.people.intake.tasks import process
    from duologue.platform.workspaces.queries import now

    _receive(workspace, part, count)
    before, done = _standing(workspace), 0
    with Meter() as meter:
        while moved := process(workspace, now(workspace), AT_ONCE):
            done += moved
    _adds_up(workspace, before, count, done)
    return meter


def _by_hand(workspace, part: int, count: int) -> Meter:
    """Parse, not seen before, whose, written, numbered at commit, deleted where it waited; so many events in each commit."""
    from duologue.platform.workspaces.queries import now

    _receive(workspace, part, count)
    before, done = _standing(workspace), 0
    decode = msgspec.json.Decoder(Tracked).decode
    with Meter() as meter:
        while done < count:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(TAKEN, (workspace.pk, AT_ONCE))
                done += _one_batch(cursor, workspace, cursor.fetchall(), decode, now(workspace))
    _adds_up(workspace, before, count, done)
    return meter


def _one_batch(cursor, workspace, rows: Sequence[tuple[Any, ...]], decode: Any, at) -> int:
    from duologue.kit.ids import digest16
    from duologue.platform.database import arrays

    events = {digest16(source, (event := decode(payload)).message_id): (event, source, received) for _, source, received, payload in rows}
    cursor.execute(NEW, (workspace.pk, at, arrays.digests(events)))
    fresh = [events[bytes(row[0])] for row in cursor.fetchall()]
    cursor.execute(WHOSE, (workspace.pk, arrays.texts({event.user_id for event, _, _ in fresh})))
    profiles = dict(cursor.fetchall())
    cursor.execute("SELECT nextval('people_write_id_seq')")
    write = cursor.fetchone()[0]
    lines = [
        f"{workspace.pk}\t{write}\t{event.event}\t{source}\t{profiles[event.user_id]}\t{event.timestamp}\t{bytes(event.properties).decode()}"
        f"\t{received.isoformat()}\n"
        for event, source, received in fresh
    ]
    with cursor.copy(f"COPY people_event ({COLUMNS}) FROM STDIN") as copy:
        copy.write("".join(lines))
    cursor.execute(BATCH, (workspace.pk, write, at, arrays.texts([event.timestamp for event, _, _ in fresh])))
    cursor.execute("DELETE FROM people_received WHERE id = ANY(%s::bigint[])", (arrays.numbers([row[0] for row in rows]),))
    return len(rows)


def _receive(workspace, part: int, count: int) -> None:
    """Let events of known people wait, each under an id of its own."""
    from duologue.platform.workspaces.queries import now

    at = now(workspace)
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY people_received (workspace_id, source, received_at, arrives_at, payload) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(("int8", "varchar", "timestamptz", "timestamptz", "bytea"))
        for number in range(count):
            said = {
                "type": "track",
                "event": "Product Viewed",
                "userId": f"c{number % PEOPLE}",
                "messageId": f"part {part}.{number}",
                "timestamp": at.isoformat(),
                "properties": {"product_id": f"P{number % 100}", "price": 12.5, "category": "Garden"},
            }
            copy.write_row((workspace.pk, "shop", at, at, json.dumps(said).encode()))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_received, people_identifier, people_profile")


def _standing(workspace) -> tuple[int, int]:
    """Return how many events there are in batches that have their numbers, and the last number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), coalesce(max(b.batch_no), 0) FROM people_event e JOIN people_batch b USING (workspace_id, write_id)
               WHERE workspace_id = %s AND b.batch_no IS NOT NULL AND e.name = 'Product Viewed'""",
            (workspace.pk,),
        )
        return cursor.fetchone()


def _adds_up(workspace, before: tuple[int, int], count: int, done: int) -> None:
    from duologue.people.intake.queries import waiting

    there, number = _standing(workspace)
    assert (done, there - before[0], waiting(workspace)) == (count, count, 0), f"{there - before[0]} of {count} events arrived"
    assert number > before[1], "no batch was numbered"
