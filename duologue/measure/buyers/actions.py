"""Counting cohorts of buyers over the lake, and over what it does not hold yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Max

from duologue.measure.buyers.models import BuyerCohorts
from duologue.measure.buyers.rules import WITHIN, Month, cohorts
from duologue.measure.value.asked import of_orders
from duologue.people.timeline.models import Batch
from duologue.strategize.segments.asking import ask

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

_AGAIN: Final = ", ".join(f"count(CASE WHEN b.again < months_later(b.first, {months}) THEN 1 END)" for months in WITHIN)
_COHORTS: Final = f"""
    WITH numbered AS (
        SELECT person, local_time(micros, :zone) AS moment, amount, row_number() OVER (PARTITION BY person ORDER BY micros, id) AS number
        FROM bought
    ), buyers AS (
        SELECT person, min(CASE WHEN number = 1 THEN moment END) AS first, min(CASE WHEN number = 2 THEN moment END) AS again,
               count(*) AS orders, sum(amount) AS spent
        FROM numbered GROUP BY person
    ), returned AS (SELECT person, sum(amount) AS amount FROM back GROUP BY person)
    SELECT month_of(b.first), count(*), CAST(sum(b.orders) AS BIGINT), CAST(sum(b.spent) - coalesce(sum(r.amount), 0) AS BIGINT), {_AGAIN}
    FROM buyers b LEFT JOIN returned r ON r.person = b.person GROUP BY month_of(b.first)"""


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
    rows = ask(workspace, of_orders(workspace, now, asked={"cohorts": _COHORTS}))["cohorts"]
    return [Month(month, people, orders, revenue, tuple(again)) for month, people, orders, revenue, *again in rows]
