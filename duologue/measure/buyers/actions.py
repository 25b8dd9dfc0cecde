"""Counting cohorts of buyers over the lake, and over what it does not hold yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Max

from duologue.kit.money import places
from duologue.measure.buyers.models import BuyerCohorts
from duologue.measure.buyers.rules import WITHIN, Month, cohorts
from duologue.people.timeline import names
from duologue.people.timeline.models import Batch
from duologue.strategize.segments.asking import WHOSE, Question, Rows, ask, micros
from duologue.strategize.segments.past import ALWAYS, Wanted

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

WANTED: Final = (names.ORDER_COMPLETED, names.ORDER_REFUNDED)
PROPERTIES: Final = ("revenue", "total", "currency")
# an amount is a number, or text that is one; in another currency than the workspace's it counts as an order worth nothing
_AMOUNT: Final = """CASE WHEN coalesce(nullif(upper(path_text(e.properties, '$."currency"')), ''), :currency) = :currency
    THEN in_units({text}, :units) ELSE 0 END"""
_REVENUE: Final = "path_text(e.properties, '$.\"revenue\"')"
_TOTAL: Final = f"coalesce(path_text(e.properties, '$.\"total\"'), {_REVENUE})"
_BOUGHT: Final = f"""
    SELECT w.person, local_time(e.micros, :zone) AS moment, {_AMOUNT.format(text=_REVENUE)} AS amount,
           row_number() OVER (PARTITION BY w.person ORDER BY e.micros, e.id) AS number
    FROM past e JOIN whose w ON w.id = e.profile WHERE e.name = :bought AND e.micros <= :now"""
_AGAIN: Final = ", ".join(f"count(CASE WHEN b.again < months_later(b.first, {months}) THEN 1 END)" for months in WITHIN)
_COHORTS: Final = f"""
    WITH buyers AS (
        SELECT person, min(CASE WHEN number = 1 THEN moment END) AS first, min(CASE WHEN number = 2 THEN moment END) AS again,
               count(*) AS orders, sum(amount) AS spent
        FROM bought GROUP BY person
    ), back AS (
        SELECT w.person, sum(abs({_AMOUNT.format(text=_TOTAL)})) AS amount FROM past e JOIN whose w ON w.id = e.profile
        WHERE e.name = :refunded AND e.micros <= :now GROUP BY w.person
    )
    SELECT month_of(b.first), count(*), CAST(sum(b.orders) AS BIGINT), CAST(sum(b.spent) - coalesce(sum(back.amount), 0) AS BIGINT),
           {_AGAIN}
    FROM buyers b LEFT JOIN back ON back.person = b.person GROUP BY month_of(b.first)"""


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
    question = Question(
        wanted=Wanted(WANTED, PROPERTIES, ALWAYS),
        beside={"whose": Rows(WHOSE, "SELECT id, person FROM people_profile WHERE workspace_id = %s", (workspace.pk,))},
        words={
            "zone": workspace.timezone,
            "currency": workspace.currency,
            "units": str(10 ** places(workspace.currency)),
            "bought": names.ORDER_COMPLETED,
            "refunded": names.ORDER_REFUNDED,
            "now": micros(now),
        },
        kept={"bought": _BOUGHT},
        asked={"cohorts": _COHORTS},
    )
    rows = ask(workspace, question)["cohorts"]
    return [Month(month, people, orders, revenue, tuple(again)) for month, people, orders, revenue, *again in rows]
