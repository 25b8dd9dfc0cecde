"""Segments: each rule's statement beside SQL written by hand on the same files, a whole count, fresh events, and a count while writing.

A full count is measured as its statement over all people, once their rows stand before DuckDB, and as a whole, with bringing them there.
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from django.db import connection, transaction

from bench.crowd import NOON
from bench.history import year_of
from bench.meter import Meter, Row
from bench.touches import last_touch

if TYPE_CHECKING:
    from bench.sizes import Size

PEOPLE, EVENTS = (100_000, 1_000_000), (2_000_000, 20_000_000)
RATIO = 1.3
TIMES = 3
JSON = "TRY_CAST(json_extract_string(properties, '$.revenue') AS DECIMAL(18, 4))"
# {lake} are the files of the lake, {facts} those that the facts were brought in, {now} the moment
CASES = {
    "a fact": (
        "{person.tier: gold}",
        "SELECT profile FROM {facts} WHERE key = 'tier' AND value = '\"gold\"'",
    ),
    "three times in 30 days": (
        "{did: {event: Page Viewed, within: 30d, times: {at_least: 3}}}",
        """SELECT profile_id FROM {lake} WHERE name = 'Page Viewed' AND occurred_at > {now} - INTERVAL 30 DAY
           GROUP BY 1 HAVING count(*) >= 3""",
    ),
    "did, and not within 7 days": (
        "{did: {event: Cart Updated, not: {event: Order Completed, within: 7d}}}",
        """SELECT DISTINCT c.profile_id FROM (SELECT profile_id, occurred_at FROM {lake} WHERE name = 'Cart Updated') c
           ASOF LEFT JOIN (SELECT profile_id, occurred_at FROM {lake} WHERE name = 'Order Completed') o
           ON c.profile_id = o.profile_id AND o.occurred_at >= c.occurred_at
           WHERE c.occurred_at + INTERVAL 7 DAY <= {now}
                 AND (o.occurred_at IS NULL OR o.occurred_at >= c.occurred_at + INTERVAL 7 DAY)""",
    ),
    "a sequence of three in 7 days": (
        "{sequence: [Product Viewed, Cart Updated, Order Completed], within: 7d}",
        """WITH few AS MATERIALIZED (SELECT profile_id AS who, occurred_at AS happened, name FROM {lake}
                                     WHERE name IN ('Product Viewed', 'Cart Updated', 'Order Completed')),
                two AS (SELECT c.who, c.happened, v.happened AS since
                        FROM (FROM few WHERE name = 'Cart Updated') c ASOF JOIN (FROM few WHERE name = 'Product Viewed') v
                        ON c.who = v.who AND v.happened < c.happened)
           SELECT DISTINCT o.who FROM (FROM few WHERE name = 'Order Completed') o ASOF JOIN two
           ON o.who = two.who AND two.happened < o.happened WHERE o.happened <= two.since + INTERVAL 7 DAY""",
    ),
    "recency, frequency, money": (
        "{rfm: {recency: {under: 60d}, frequency: {at_least: 2}, money: {over: 200}}}",
        f"""SELECT profile_id FROM {{lake}} WHERE name = 'Order Completed' GROUP BY 1
            HAVING max(occurred_at) > {{now}} - INTERVAL 60 DAY AND count(*) >= 2 AND sum({JSON}) > 200""",
    ),
}
FRESH = 1_000
WARMING = 2
DOES = ("Page Viewed", "Product Viewed", "Cart Updated", "Order Completed")
WAYS = (
    "{{did: {{event: Page Viewed, within: {n}d, times: {{at_least: 3}}}}}}",
    "{{did: {{event: Product Viewed, where: {{price: {{over: {n}}}}}, within: 60d}}}}",
    "{{all: [{{person.points: {{over: {n}}}}}, {{did: {{event: Cart Updated, within: 30d}}}}]}}",
    "{{sum: {{event: Order Completed, of: revenue, within: 365d}}, over: {n}}}",
    "{{did: {{event: Cart Updated, within: 90d, not: {{event: Order Completed, within: {n}h}}}}}}",
)


def measure(folder: Path, size: Size) -> list[Row]:
    from duologue.platform.workspaces.actions import create_workspace

    people, events = size.many(*PEOPLE), size.past(*EVENTS)
    workspace = create_workspace(name="bench-segments", clock_at=NOON)
    year_of(workspace, people, events, folder)
    rows = [_statement(workspace, name, *case) for name, case in CASES.items()]
    rows.append(_whole(workspace, people))
    rows.extend(_while_writing(workspace))
    rows.append(last_touch(workspace, people))
    return [*rows, *_fresh(workspace)]


def _statement(workspace, name: str, where: str, by_hand: str) -> Row:
    """Tell the middle time of the rule's statement, and of the one written by hand, once they pick the same people."""
    from duologue.platform.lake import queries as lake
    from duologue.platform.lake.streams import Scratch
    from duologue.strategize.segments import engine
    from duologue.strategize.segments.full import tell
    from duologue.strategize.segments.loading import load, load_people

    rule = _compiled(workspace, name, where)
    with tempfile.TemporaryDirectory() as folder, Meter() as meter:
        duck = engine.new_connection(threads=2, memory="1GB", spill=f"{folder}/spill")
        load_people(Scratch(duck, Path(folder)), workspace)
        load(Scratch(duck, Path(folder)), workspace, rule, NOON)
        written = by_hand.format(lake=lake.snapshot(workspace).rows(), facts="every_fact", now=f"TIMESTAMPTZ '{NOON.isoformat()}'")
        ways = {"told": lambda: tell(duck, rule, NOON), "picked": lambda: duck.execute(f"CREATE OR REPLACE TABLE picked AS {written}")}
        took: dict[str, list[float]] = {"told": [], "picked": []}
        cpu: dict[str, list[float]] = {"told": [], "picked": []}
        for table in TIMES * ["told", "picked"]:
            began, busy = time.perf_counter(), time.process_time()
            ways[table]()
            took[table].append((time.perf_counter() - began) * 1000)
            cpu[table].append((time.process_time() - busy) * 1000)
        ours = duck.execute(f"SELECT person FROM told {'' if rule.settled else 'WHERE member'} ORDER BY 1").fetchall()
        theirs = duck.execute("SELECT * FROM picked ORDER BY 1").fetchall()
        duck.close()
    assert ours == theirs, f"{name}: {len(ours)} are in, and by hand {len(theirs)}"
    assert ours, f"{name}: nobody is in"
    ours_ms, hand_ms = median(took["told"]), median(took["picked"])
    return Row(
        f"count everybody: {name}",
        "ms",
        ours_ms,
        hand_ms,
        RATIO * hand_ms,
        less_is_better=True,
        cpu_us=median(cpu["told"]) * 1000,
        peak_mb=meter.memory,
        foreign=meter.foreign,
        note=f"{median(cpu['told']) / median(cpu['picked']):.2f} times the processor time by hand",
    )


def _compiled(workspace, name: str, where: str):
    from duologue.strategize.segments.actions import save_segment
    from duologue.strategize.segments.compiled import one_compiled

    segment = save_segment(workspace=workspace, name=name.replace(" ", "-").replace(",", ""), source_yaml=f"where: {where}", now=NOON)
    return one_compiled(segment.pk, segment.revision, segment.name)


def _whole(workspace, people: int) -> Row:
    """Count one for the first time and again, as the worker does: rows brought together, decided, standings written."""
    from duologue.strategize.segments.actions import sweep
    from duologue.strategize.segments.queries import segment

    one = segment(workspace, "recency-frequency-money")
    sweep(workspace=workspace, segment=one, now=NOON)
    with Meter() as meter:
        assert sweep(workspace=workspace, segment=one, now=NOON) == 0
    return meter.row(f"  with all that it takes, {people:,} people", "people/s", people, limit=None, goal=None)


def _while_writing(workspace) -> list[Row]:
    """Tell how long the editor waits for a count: the first of a rule, which loads what it looks at, and each after other words in it."""
    from duologue.strategize.segments import trying
    from duologue.strategize.segments.rules.read import read_segment

    took: dict[str, list[float]] = {"first": [], "next": []}
    with Meter() as meter:
        for _ in range(TIMES):
            for which, days in (("first", 90), ("next", 60), ("next", 30)):
                rule = read_segment(f"where: {{did: {{event: Order Completed, within: {days}d, where: {{revenue: {{over: 20}}}}}}}}")
                began = time.perf_counter()
                tried = trying.try_rule(workspace=workspace, rule=rule, now=NOON)
                took[which].append((time.perf_counter() - began) * 1000)
                assert 0 < tried.people < tried.of
            trying.leave()
    named = {"first": "a count in the editor, its first", "next": "a count in the editor, after other words"}
    memory, foreign = meter.memory, meter.foreign
    return [
        Row(name, "ms", median(took[which]), None, 500, less_is_better=True, peak_mb=memory, foreign=foreign)
        for which, name in named.items()
    ]


def _fresh(workspace) -> list[Row]:
    """Tell how long it takes until a batch of fresh events of a thousand people is followed: ten rules look at it, then a hundred."""
    from duologue.strategize.segments.actions import save_segment
    from duologue.strategize.segments.models import Segment

    rows = []
    for many, goal in ((10, 150), (100, 500)):
        for number in range(many):
            where = WAYS[number % len(WAYS)].format(n=5 + number)
            save_segment(workspace=workspace, name=f"rule-{number}", source_yaml=f"where: {where}", now=NOON)
        # as if each were counted: what fresh events cost is the same, once these people were looked at
        Segment.within(workspace).filter(name__startswith="rule-").update(swept_revision=1)
        Segment.within(workspace).exclude(name__startswith="rule-").update(swept_revision=0)
        with Meter() as meter:
            took = [_followed(workspace, turn) for turn in range(TIMES + WARMING)][WARMING:]
        case = f"{FRESH:,} fresh events, {many} rules"
        rows.append(Row(case, "ms", median(took), None, goal, less_is_better=True, peak_mb=meter.memory, foreign=meter.foreign))
    return rows


def _followed(workspace, turn: int) -> float:
    """Let the same thousand people do one thing each; return in how many milliseconds segments dealt with it."""
    from duologue.people.timeline import actions as timeline
    from duologue.people.timeline.queries import all_read_until
    from duologue.strategize.segments.follower import NAME, SegmentsFollower

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM people_profile WHERE workspace_id = %s ORDER BY mod(id * 7919, 1000003) LIMIT %s", (workspace.pk, FRESH)
        )
        persons = [row[0] for row in cursor.fetchall()]
    assert len(persons) == FRESH
    now = NOON + timedelta(seconds=turn + 1)
    with transaction.atomic():
        events = [timeline.NewEvent(one, now, DOES[at % len(DOES)], {"price": 10 + turn, "revenue": 20}) for at, one in enumerate(persons)]
        timeline.write(workspace=workspace, events=events, now=now)
    follower = SegmentsFollower()
    began = time.perf_counter()
    read = follower.follow(workspace=workspace, now=now)
    took = (time.perf_counter() - began) * 1000
    assert read == FRESH, f"{read} events were read"
    while not all_read_until(workspace, NAME):  # what it said of who joined and left
        follower.follow(workspace=workspace, now=now)
    return took
