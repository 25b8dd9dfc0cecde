"""Counting cohorts of buyers over the lake, and over what it does not hold yet."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
from django.conf import settings
from django.db.models import Max

from duologue.kit.money import places
from duologue.measure.buyers.models import BuyerCohorts
from duologue.measure.buyers.rules import WITHIN, Month, cohorts
from duologue.people.timeline import names
from duologue.people.timeline.models import Batch
from duologue.platform.lake.streams import Scratch
from duologue.strategize.segments.compiled import Compiled
from duologue.strategize.segments.engine import new_connection
from duologue.strategize.segments.loading import load

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

TRIES: Final = 5  # whoever is erased meanwhile takes files of the lake away
NOTHING: Final = frozenset[str]()
ORDERS: Final = Compiled(
    id=0,
    name="orders",
    sql="",
    reads=NOTHING,
    events=frozenset({names.ORDER_COMPLETED, names.ORDER_REFUNDED}),
    facts=NOTHING,
    segments=NOTHING,
    consent=False,
    properties=frozenset({"revenue", "total", "currency"}),
    lookback=None,
    everyone=False,
)
# an amount is a number, or text that is one; in another currency than the workspace's it counts as an order worth nothing
_AMOUNT: Final = """CASE WHEN coalesce(nullif(upper(path_text(properties, '$."currency"')), ''), $currency) = $currency
    AND regexp_full_match({text}, '-?\\d{{1,15}}(\\.\\d{{1,15}})?')
    THEN round(CAST({text} AS DECIMAL(30, 15)) * $units)::BIGINT ELSE 0 END"""
_REVENUE: Final = "path_text(properties, '$.\"revenue\"')"
_TOTAL: Final = f"coalesce(path_text(properties, '$.\"total\"'), {_REVENUE})"
_LOCAL: Final = "((occurred_at AT TIME ZONE 'UTC') AT TIME ZONE $zone)"
_AGAIN: Final = ", ".join(f"count(*) FILTER (again < first + INTERVAL {months} MONTH)" for months in WITHIN)
_COHORTS: Final = f"""
    WITH bought AS (
        SELECT person, {_LOCAL} AS local, {_AMOUNT.format(text=_REVENUE)} AS amount,
               row_number() OVER (PARTITION BY person ORDER BY occurred_at, id) AS number
        FROM events WHERE name = $bought AND occurred_at <= $now
    ), buyers AS (
        SELECT person, min(local) FILTER (WHERE number = 1) AS first,
               min(local) FILTER (WHERE number = 2) AS again, count(*) AS orders, sum(amount) AS spent
        FROM bought GROUP BY person
    ), back AS (
        SELECT person, sum(abs({_AMOUNT.format(text=_TOTAL)})) AS amount FROM events
        WHERE name = $refunded AND occurred_at <= $now GROUP BY person
    )
    SELECT strftime(first, '%Y-%m'), count(*), sum(orders)::BIGINT, (sum(spent) - coalesce(sum(back.amount), 0))::BIGINT, {_AGAIN}
    FROM buyers LEFT JOIN back ON back.person = buyers.person GROUP BY 1"""


def count(*, workspace: Workspace, now: datetime) -> BuyerCohorts:
    """Count all months anew, up to now, and keep them for pages to read. Holds 1 GB of memory at most."""
    batch_no = Batch.within(workspace).aggregate(last=Max("batch_no"))["last"] or 0
    data = {
        "at": now.isoformat(),
        "currency": workspace.currency,
        "cohorts": cohorts(_months(workspace, now), now, workspace.timezone),
    }
    kept = {"batch_no": batch_no, "at": now, "data": data}
    return BuyerCohorts.within(workspace).update_or_create(workspace=workspace, defaults=kept)[0]


def _months(workspace: Workspace, now: datetime) -> list[Month]:
    asked = {
        "zone": workspace.timezone,
        "currency": workspace.currency,
        "units": 10 ** places(workspace.currency),
        "bought": names.ORDER_COMPLETED,
        "refunded": names.ORDER_REFUNDED,
        "now": now.replace(tzinfo=None),
    }
    scratch = Path(settings.DATA.path) / "run"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="buyers-", dir=scratch) as folder:
        duck = new_connection(threads=2, memory="1GB", spill=f"{folder}/spill")
        try:
            for left in reversed(range(TRIES)):
                try:
                    load(Scratch(duck, Path(folder)), workspace, ORDERS, now)
                    rows = duck.execute(_COHORTS, asked).fetchall()
                    break
                except duckdb.IOException:
                    if not left:
                        raise
        finally:
            duck.close()
    return [Month(month, people, orders, revenue, tuple(again)) for month, people, orders, revenue, *again in rows]
