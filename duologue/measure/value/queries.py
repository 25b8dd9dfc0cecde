"""Counting customers, their orders and their worth, from the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from duologue.kit.money import places
from duologue.measure.value.rules import Customer, Value
from duologue.people.timeline import names

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

# an amount is a number, or text that is one; in another currency than the workspace's it counts as an order worth nothing
_AMOUNT = """CASE WHEN coalesce(nullif(upper(e.properties->>'currency'), ''), %(currency)s) = %(currency)s
                   AND e.properties->>{key} ~ '^-?\\d{{1,15}}(\\.\\d{{1,15}})?$'
              THEN round((e.properties->>{key})::numeric * %(units)s) ELSE 0 END"""
_BY_PERSON = f"""
    by_person AS (
        SELECT p.person, count(*) AS orders, sum({_AMOUNT.format(key="'revenue'")}) AS spent, max(e.occurred_at) AS last_at
        FROM people_event e JOIN people_profile p ON p.workspace_id = e.workspace_id AND p.id = e.profile_id
        WHERE e.workspace_id = %(workspace)s AND e.name = %(bought)s AND e.occurred_at <= %(now)s
        GROUP BY p.person
    )"""
_ALL_TOGETHER = f"""
    WITH {_BY_PERSON}
    SELECT count(*), count(*) FILTER (WHERE orders = 1), coalesce(sum(orders), 0)::bigint, coalesce(sum(spent), 0)::bigint,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY floor(extract(epoch FROM %(now)s - last_at) / 86400))::int,
           avg(orders)::float8, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY spent)::numeric)::bigint
    FROM by_person"""
_REFUNDS = f"""
    SELECT count(*), coalesce(sum(abs({_AMOUNT.format(key="CASE WHEN e.properties ? 'total' THEN 'total' ELSE 'revenue' END")})), 0)::bigint
    FROM people_event e WHERE e.workspace_id = %(workspace)s AND e.name = %(refunded)s AND e.occurred_at <= %(now)s"""
_BEST = f"""
    WITH {_BY_PERSON}
    SELECT b.person, coalesce(min(i.value), ''), b.orders, b.spent::bigint, b.last_at
    FROM (SELECT * FROM by_person ORDER BY spent DESC, person LIMIT %(best)s) b
    LEFT JOIN people_profile p ON p.workspace_id = %(workspace)s AND p.person = b.person
    LEFT JOIN people_identifier i ON i.workspace_id = p.workspace_id AND i.profile_id = p.id AND i.kind = 'external'
    GROUP BY b.person, b.orders, b.spent, b.last_at ORDER BY b.spent DESC, b.person"""


def value(workspace: Workspace, now: datetime, best: int = 5) -> Value:
    """Return what the customers of a workspace are worth by all that lies on the timeline at `now`, with its `best` so many.

    A customer has at least one `Order Completed`. Refunds stand apart: revenue and what was spent are before them.
    """
    asked = {
        "workspace": workspace.pk,
        "now": now,
        "currency": workspace.currency,
        "units": 10 ** places(workspace.currency),
        "bought": names.ORDER_COMPLETED,
        "refunded": names.ORDER_REFUNDED,
        "best": best,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT person) FROM people_profile WHERE workspace_id = %(workspace)s", asked)
        (people,) = cursor.fetchone()
        cursor.execute(_ALL_TOGETHER, asked)
        customers, once, orders, revenue, recency, frequency, spent = cursor.fetchone()
        cursor.execute(_REFUNDS, asked)
        refunds, refunded = cursor.fetchone()
        cursor.execute(_BEST, asked)
        found = tuple(Customer(*row) for row in cursor.fetchall())
    return Value(
        at=now,
        currency=workspace.currency,
        people=people,
        customers=customers,
        one_time_buyers=once,
        orders=orders,
        revenue=revenue,
        refunds=refunds,
        refunded=refunded,
        recency_median=recency,
        frequency_mean=frequency,
        spent_median=spent,
        best=found,
    )
