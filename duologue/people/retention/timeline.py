"""Taking old events off the timeline: month by month, a stretch of a table at a time, and only what every follower has read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from duologue.people.retention.rules import ANY, Rule
from duologue.platform.registry.ports import followers

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

PAGES: Final = 2000  # of 8 kB, that one transaction looks through
BATCHES: Final = 200  # that came late, that one transaction looks through
MONTH: Final = re.compile(r"people_event_(\d{4})_(\d{2})")
TABLES: Final = """SELECT c.relname, pg_relation_size(c.oid) / current_setting('block_size')::int FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'people_event'::regclass ORDER BY c.relname"""
READ: Final = """SELECT CASE WHEN count(*) < cardinality(%(names)s::text[]) THEN 0 ELSE min(batch_no) END FROM platform_cursor
    WHERE workspace_id = %(workspace)s AND follower = ANY(%(names)s)"""


def read_until(workspace: Workspace) -> int:
    """Return the last batch that every follower has dealt with."""
    with connection.cursor() as cursor:
        cursor.execute(READ, {"workspace": workspace.pk, "names": [follower.name for follower in followers()]})
        return int(cursor.fetchone()[0] or 0)


def covered(rule: Rule) -> tuple[str, dict[str, Any]]:
    """Return the condition on an event that says whether a rule is about it, and its values."""
    if rule.name == ANY:
        return "name <> ALL(%(names)s)", {"names": list(rule.others)}
    return "name = %(name)s", {"name": rule.name}


def remove(workspace: Workspace, rule: Rule, *, before: datetime, since: datetime | None, after_batch: int, until_batch: int) -> int:
    """Remove a rule's events from `since` (None: the first) up to `before`; return how many.

    With `since`, events that came after `after_batch` and are older than that go too. Each stretch is a transaction of its own.
    """
    condition, values = covered(rule)
    values |= {"workspace": workspace.pk, "before": before, "read": until_batch}
    gone = 0
    for table, pages in _tables(since, before):
        for first in range(0, pages, PAGES):
            gone += _delete(
                f"DELETE FROM {table} e WHERE ctid >= %(first)s::tid AND ctid < %(last)s::tid AND workspace_id = %(workspace)s "
                f"AND {condition} AND occurred_at < %(before)s AND EXISTS (SELECT FROM people_batch b WHERE b.write_id = e.write_id "
                "AND b.batch_no <= %(read)s)",
                {**values, "first": f"({first},0)", "last": f"({first + PAGES},0)"},
            )
    if since is not None:
        for first in range(after_batch, until_batch, BATCHES):
            gone += _delete(
                f"DELETE FROM people_event e USING people_batch b WHERE b.workspace_id = %(workspace)s AND b.batch_no > %(first)s "
                f"AND b.batch_no <= %(last)s AND b.first_at < %(since)s AND e.write_id = b.write_id AND e.workspace_id = %(workspace)s "
                f"AND {condition} AND e.occurred_at < %(since)s",
                {**values, "since": since, "first": first, "last": min(first + BATCHES, until_batch)},
            )
    return gone


@transaction.atomic
def _delete(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _tables(since: datetime | None, before: datetime) -> list[tuple[str, int]]:
    """Return the timeline's tables that hold events between two moments, with their pages."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = cursor.fetchall()
    found = []
    for name, pages in tables:
        month = MONTH.fullmatch(name)
        begins = datetime(int(month[1]), int(month[2]), 1, tzinfo=UTC) if month else None
        ended = since is not None and begins is not None and (begins.year, begins.month) < (since.year, since.month)
        if pages and not ended and (begins is None or begins < before):
            found.append((name, int(pages)))
    return found
