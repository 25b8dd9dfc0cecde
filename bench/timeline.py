"""From what was received to the timeline: the product, beside a hand-written loop over the same tables; then while segments are live."""

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
OF_THE_LOOP = 0.45
SEGMENTS = 100
FOLLOWED = 20_000
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


def onto_the_timeline(workspace) -> list[Row]:
    """Take in as many events by the product as by the loop, from people who are known; then fewer, each batch followed by segments."""
    _taken(workspace, 0, 2 * AT_ONCE)  # makes the people, and loads what a worker loads once in its life
    taken = _taken(workspace, 1, EVENTS)
    by_hand = _by_hand(workspace, 2, EVENTS)
    row = taken.row(f"{EVENTS:,} events onto the timeline", "events/s", EVENTS, limit=EVENTS / by_hand.seconds, goal=20_000)
    row.note = f"the loop took {by_hand.cpu * 1e6 / EVENTS:.0f} µs here and {by_hand.database_cpu * 1e6 / EVENTS:.0f} in PostgreSQL"
    return [row, *_among_segments(workspace, EVENTS / by_hand.seconds)]


def _among_segments(workspace, by_hand: float) -> list[Row]:
    """Take events in while segments are live, of which a fifth look at these events; after each batch they follow, as in a worker."""
    from duologue.strategize.segments.models import Segment

    _live(workspace)
    _alternately(workspace, 3, AT_ONCE)  # compiles each rule, as a worker does once in its life, and lets people join
    taken, followed = _alternately(workspace, 4, FOLLOWED)
    sizes = sorted(Segment.within(workspace).values_list("size", flat=True))
    assert sizes == [0] * (SEGMENTS - 2) + [PEOPLE] * 2, f"segments have {sizes[-3:]} people"  # those of a price over 6, and over 11
    itself = _summed(f"onto the timeline, {SEGMENTS} live segments", taken, OF_THE_LOOP * by_hand)
    itself.limit = by_hand
    after = _summed(f"  and followed by the {SEGMENTS} segments", followed, None)
    after.note = f"a fifth of them look at these events, of {PEOPLE:,} people in each batch"
    return [itself, after]


def _live(workspace) -> None:
    """Make segments that count as swept: whom they pick is found as their people do something."""
    from bench.segments import WAYS
    from duologue.platform.workspaces.queries import now
    from duologue.strategize.segments.actions import save_segment
    from duologue.strategize.segments.models import Segment

    for number in range(SEGMENTS):
        where = WAYS[number % len(WAYS)].format(n=5 + number)
        save_segment(workspace=workspace, name=f"rule-{number}", source_yaml=f"where: {where}", now=now(workspace))
    Segment.within(workspace).update(swept_revision=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO platform_cursor (workspace_id, follower, batch_no)
               SELECT workspace_id, 'segments', max(batch_no) FROM people_batch WHERE workspace_id = %s GROUP BY 1
               ON CONFLICT (workspace_id, follower) DO UPDATE SET batch_no = excluded.batch_no""",
            (workspace.pk,),
        )


def _alternately(workspace, part: int, count: int) -> tuple[list[Meter], list[Meter]]:
    """Take events in and let segments follow, batch by batch; return how each of the two was measured."""
    from duologue.people.intake.tasks import process
    from duologue.platform.workspaces.queries import now
    from duologue.strategize.segments.follower import SegmentsFollower

    _receive(workspace, part, count)
    before, follower = _standing(workspace), SegmentsFollower()
    meters: tuple[list[Meter], list[Meter]] = ([], [])
    for _ in range(count // AT_ONCE):
        with Meter() as taking:
            assert process(workspace, now(workspace), AT_ONCE) == AT_ONCE
        with Meter() as following:
            while follower.follow(workspace=workspace, now=now(workspace)):
                pass
        meters[0].append(taking)
        meters[1].append(following)
    _adds_up(workspace, before, count, count)
    return meters


def _summed(case: str, meters: Sequence[Meter], goal: float | None) -> Row:
    rows = [meter.row(case, "events/s", AT_ONCE, limit=None, goal=goal) for meter in meters]
    row = rows[0]
    row.value = len(rows) * AT_ONCE / sum(meter.seconds for meter in meters)
    for name in ("cpu_us", "database_cpu_us", "bytes_per_million"):
        setattr(row, name, sum(getattr(one, name) for one in rows) / len(rows))
    row.peak_mb, row.foreign = max(one.peak_mb for one in rows), max(one.foreign for one in rows)
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
