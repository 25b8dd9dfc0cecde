"""The orders behind the reports, so that dialogues that serve the same can count each of them once."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.measure.reports.models import GroupCount
from duologue.measure.reports.rules import SERVES
from duologue.platform.database import locks
from duologue.platform.database.arrays import moments, numbers, numbers_or_nothing

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.measure.funnels.conversions import Outcomes
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue

# a refund goes with the order it names; what no letter came before goes to the first by name
_ONCE = """
    WITH counted AS (
        SELECT s.data->'serves'->>%(by)s AS serves, s.data->>'dialogue' AS dialogue, one.*
        FROM measure_countedorders c
        JOIN measure_reportsnapshot s ON s.workspace_id = c.workspace_id AND s.dialogue_id = c.dialogue_id
        CROSS JOIN LATERAL unnest(c.events, c.touched, c.amounts, c.known, c.buyers) AS one(event, touched_at, amount, known, buyer)
        WHERE c.workspace_id = %(workspace)s
    ), once AS (
        SELECT DISTINCT ON (event, serves, buyer IS NULL) serves, dialogue, amount, buyer FROM counted
        ORDER BY event, serves, buyer IS NULL, known DESC, touched_at DESC NULLS LAST, dialogue
    )
    SELECT serves, dialogue, count(buyer), count(DISTINCT buyer), sum(amount)::bigint,
           coalesce(-sum(amount) FILTER (WHERE buyer IS NULL), 0)::bigint
    FROM once GROUP BY 1, 2 ORDER BY 1, 2"""


def keep(workspace: Workspace, dialogue: Dialogue, found: Outcomes) -> None:
    """Keep what a report counted, in place of what it counted before."""
    places: dict[int, int] = {}
    both = [*found.bought, *found.refunds]
    buyers = (places.setdefault(bought.person, len(places)) for bought in found.bought)
    known = chain(repeat("t", len(found.bought)), ("t" if refund.order else "f" for refund in found.refunds))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO measure_countedorders (workspace_id, dialogue_id, events, touched, amounts, known, buyers)
               VALUES (%s, %s, %s::bigint[], %s::timestamptz[], %s::bigint[], %s::boolean[], %s::integer[])
               ON CONFLICT (workspace_id, dialogue_id) DO UPDATE
               SET events = excluded.events, touched = excluded.touched, amounts = excluded.amounts, known = excluded.known,
                   buyers = excluded.buyers""",
            (
                workspace.pk,
                dialogue.pk,
                numbers(bought.event for bought in both),
                moments(bought.touched_at for bought in both),
                numbers(bought.revenue for bought in both),
                "{" + ",".join(known) + "}",
                numbers_or_nothing(chain(buyers, repeat(None, len(found.refunds)))),
            ),
        )


def count(workspace: Workspace, now: datetime) -> None:
    """Count each order once in its group, for the dialogue that had the last letter before it, and keep the sums for pages to read.

    Whoever counts waits for those before, so that the last to write has seen what all of them counted.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (locks.GROUPS, workspace.pk))
        for by in SERVES:
            kept = {"at": now, "data": _counted(workspace, by)}
            GroupCount.within(workspace).update_or_create(workspace=workspace, by=by, defaults=kept)


def empty() -> dict[str, Any]:
    """Return what was bought where nothing was: `people` once per dialogue that they bought by, money in minor units."""
    return {"conversions": {"number": 0, "people": 0}, "revenue": 0, "refunds": 0, "credited": {}}


def _counted(workspace: Workspace, by: str) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, {"workspace": workspace.pk, "by": by})
        for serves, dialogue, number, people, revenue, refunds in cursor.fetchall():
            group = groups.setdefault(serves, empty())
            group["conversions"]["number"] += number
            group["conversions"]["people"] += people
            group["revenue"] += revenue
            group["refunds"] += refunds
            group["credited"][dialogue] = {"conversions": number, "revenue": revenue}
    return groups
