"""Events that people have behind them: written to the timeline and registered as batches by SQL, the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

BATCH = 1_000
# n counts the events of a workspace, h and more are as good as dice
EVENTS = """
    INSERT INTO people_event (workspace_id, profile_id, occurred_at, received_at, name, properties, source, write_id)
    SELECT %(workspace)s, %(first)s + mod(h, %(people)s), at, at,
           CASE WHEN k < 55 THEN 'Page Viewed' WHEN k < 87 THEN 'Product Viewed' WHEN k < 94 THEN 'Order Completed' ELSE 'Link Clicked' END,
           CASE WHEN k < 55 THEN jsonb_build_object('path', '/p/' || mod(more, 5000), 'dwell', mod(more, 600))
                WHEN k < 87 THEN jsonb_build_object('product_id', mod(more, 5000)::text, 'price', mod(more, 20000) / 100.0)
                WHEN k < 94 THEN jsonb_build_object('order_id', 'o' || n, 'revenue', mod(more, 20000) / 100.0)
                ELSE jsonb_build_object('dialogue', 'd' || mod(more, 20)) END,
           'bench', %(write)s - (n - %(done)s) / %(batch)s
    FROM (SELECT n, hashint4(n) & 2147483647 AS h, hashint4(-n) & 2147483647 AS more, mod(hashint4(n + 7) & 2147483647, 100) AS k,
                 %(since)s::timestamptz + (n - %(done)s) * ((%(until)s::timestamptz - %(since)s::timestamptz) / %(count)s) AS at
          FROM generate_series(%(done)s, %(done)s + %(count)s - 1) AS n) AS dice
    ORDER BY n"""
BATCHES = """
    INSERT INTO people_batch (workspace_id, write_id, events, first_at, last_at, written_at)
    SELECT workspace_id, write_id, count(*), min(occurred_at), max(occurred_at), %(until)s FROM people_event
    WHERE workspace_id = %(workspace)s AND write_id BETWEEN %(write)s - (%(count)s - 1) / %(batch)s AND %(write)s
    GROUP BY 1, 2 ORDER BY write_id DESC"""


class Past:
    """The timeline of a workspace whose people `crowd` made. `events` were written by this, of people from `first` on."""

    _write = 0  # of all workspaces: numbers below those that the product gives

    def __init__(self, workspace) -> None:
        self.workspace, self.events = workspace, 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id), count(*) FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
            self.first, self._people = cursor.fetchone()
        self._of = (self.first, self._people)

    def write_without(self, left_out: int) -> None:
        """Let only those do something from now on who are not the first so many."""
        self._of = (self.first + left_out, self._people - left_out)

    def write(self, events: int, *, since: datetime, until: datetime) -> int:
        """Write so many events at even distances, a thousand in a batch; return the number of the last batch."""
        from duologue.people.timeline import actions as timeline

        first, people = self._of
        done, write = self.events, Past._write - 1
        Past._write -= -(-events // BATCH)
        said = {"workspace": self.workspace.pk, "first": first, "people": people, "done": done, "count": events, "write": write}
        said |= {"since": since, "until": until, "batch": BATCH}
        with transaction.atomic(), connection.cursor() as cursor:
            timeline.ensure_months(since + (until - since) * part / 24 for part in range(25))
            cursor.execute(EVENTS, said)
            cursor.execute(BATCHES, said)
        self.events += events
        with connection.cursor() as cursor:
            if events > BATCH:
                cursor.execute("ANALYZE people_event, people_batch")
            cursor.execute("SELECT max(batch_no) FROM people_batch WHERE workspace_id = %s", (self.workspace.pk,))
            return int(cursor.fetchone()[0])

    def count(self, profiles: Sequence[int] | None = None) -> int:
        """Return how many events the timeline holds, of all or of these."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM people_event WHERE workspace_id = %s AND (%s::bigint[] IS NULL OR profile_id = ANY(%s))",
                (self.workspace.pk, profiles, profiles),
            )
            return int(cursor.fetchone()[0])

    def counts(self) -> dict[int, int]:
        """Return by batch how many events the timeline now holds up to it."""
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT batch_no, sum(coalesce(held, 0)) OVER (ORDER BY batch_no) FROM people_batch b LEFT JOIN
                       (SELECT write_id, count(*) AS held FROM people_event WHERE workspace_id = %s GROUP BY 1) e USING (write_id)
                   WHERE b.workspace_id = %s""",
                (self.workspace.pk, self.workspace.pk),
            )
            return {number: int(held) for number, held in cursor.fetchall()}
