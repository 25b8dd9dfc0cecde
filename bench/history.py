"""A year of many people's events, the same each time: straight into the lake by DuckDB, and into the timeline by COPY."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from django.db import connection

from bench.crowd import NOON, crowd

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = 12
# of a hundred events, so many are of each name
MADE = """
    SELECT {first} + hash(n, 'who') % {people} AS profile_id, n AS id,
           TIMESTAMPTZ '{since}' + to_microseconds((hash(n, 'when') % {span})::BIGINT) AS occurred_at,
           CASE WHEN k < 55 THEN 'Page Viewed' WHEN k < 75 THEN 'Product Viewed' WHEN k < 87 THEN 'Cart Updated'
                WHEN k < 94 THEN 'Order Completed' WHEN k < 98 THEN 'Link Clicked' ELSE 'Review Written' END AS name,
           CASE WHEN k < 55 THEN '{{"path":"/p/' || hash(n, 'page') % 5000 || '","dwell":' || hash(n, 'x') % 600 || '}}'
                WHEN k < 87 THEN '{{"product_id":"' || hash(n, 'page') % 5000 || '","price":' || (hash(n, 'x') % 20000) / 100 || '}}'
                WHEN k < 94 THEN '{{"order_id":"o' || n || '","revenue":' || (100 + hash(n, 'x') % 20000) / 100 || '}}'
                ELSE '{{"dialogue":"d' || hash(n, 'x') % 20 || '"}}' END AS properties
    FROM (SELECT range AS n, hash(range, 'name') % 100 AS k FROM range({start}, {stop}))"""


def year_of(workspace, people: int, events: int, folder: Path) -> None:
    """Make these people, three facts of each, and so many events of the year before NOON: in the lake, and on the timeline."""
    from deltalake import CommitProperties, Transaction, write_deltalake

    from duologue.people.timeline import actions as timeline
    from duologue.platform.lake.tables import SCHEMA, SETTINGS, WRITER, place

    crowd(workspace, people, bare=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
        first = cursor.fetchone()[0]
        for sql in FACTS:
            cursor.execute(sql, (NOON, workspace.pk))
    duck = duckdb.connect(config={"memory_limit": "1GB", "threads": 2, "temp_directory": str(folder / "spill")})
    duck.execute("SET TimeZone = 'UTC'")
    span = timedelta(days=365) / MONTHS
    for month in range(MONTHS):
        since = NOON - timedelta(days=365) + month * span
        start, stop = events * month // MONTHS + 1, events * (month + 1) // MONTHS + 1
        made = MADE.format(first=first, people=people, since=since, span=int(span.total_seconds() * 1e6), start=start, stop=stop)
        lines = folder / "events.csv"
        duck.execute(f"CREATE OR REPLACE TABLE made AS {made}")
        rows = duck.sql(
            """SELECT profile_id::BIGINT AS profile_id, id, occurred_at, occurred_at AS received_at, name, properties, 'bench' AS source,
                      NULL::BIGINT AS run_id, NULL::BIGINT AS delivery_id, 1::BIGINT AS batch_no, NULL::VARCHAR AS left_out,
                      strftime(occurred_at, '%Y-%m') AS month FROM made ORDER BY occurred_at"""
        ).to_arrow_reader(100_000)
        held = CommitProperties(app_transactions=[Transaction(WRITER, 1)]) if month == MONTHS - 1 else None
        write_deltalake(
            place(workspace),
            pa.RecordBatchReader.from_batches(SCHEMA, (batch.cast(SCHEMA) for batch in rows)),
            mode="append",
            partition_by=["month"],
            configuration=SETTINGS,
            commit_properties=held,
        )
        duck.execute(
            f"COPY (SELECT profile_id, id, occurred_at, name, properties FROM made ORDER BY id) TO '{lines}' (FORMAT csv, HEADER false)"
        )
        timeline.ensure_months([since, since + span])
        _copy(workspace, lines)
        lines.unlink()
    duck.close()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_batch (workspace_id, write_id, events, first_at, last_at, written_at)
               VALUES (%s, -1, %s, %s, %s, %s)""",
            (workspace.pk, events, NOON - timedelta(days=365), NOON, NOON),
        )
        for follower in ("segments", "lake"):
            cursor.execute("INSERT INTO platform_cursor (workspace_id, follower, batch_no) VALUES (%s, %s, 1)", (workspace.pk, follower))
        cursor.execute("VACUUM ANALYZE people_event, people_fact, people_profile")


FACTS = tuple(
    f"""INSERT INTO people_fact (workspace_id, profile_id, key, value, source, at, purposes)
        SELECT workspace_id, id, '{key}', to_jsonb({value}), 'bench', %s, '{{}}' FROM people_profile WHERE workspace_id = %s"""
    for key, value in (
        ("tier", "(ARRAY['gold', 'silver', 'blue', 'white'])[1 + mod(id, 7) / 2]"),
        ("points", "mod(id * 7919, 1000)"),
        ("city", "'city' || mod(id, 997)"),
    )
)


def _copy(workspace, lines: Path) -> None:
    with connection.cursor() as cursor, lines.open("rb") as file:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS made (profile_id bigint, id bigint, occurred_at timestamptz, name text, properties jsonb)"
        )
        with cursor.copy("COPY made FROM STDIN (FORMAT csv)") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        cursor.execute(
            """INSERT INTO people_event (workspace_id, profile_id, id, occurred_at, received_at, name, properties, source, write_id)
               SELECT %s, profile_id, id, occurred_at, occurred_at, name, properties, 'bench', -1 FROM made""",
            (workspace.pk,),
        )
        cursor.execute("TRUNCATE made")
