"""Counting customers, their orders and their worth, over the lake and what it does not hold yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.measure.value.asked import of_orders
from duologue.measure.value.rules import Customer, Value, halfway, middle
from duologue.strategize.segments.asking import ask, moment

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

_BY_PERSON: Final = """
    SELECT person, count(*) AS orders, CAST(sum(amount) AS BIGINT) AS spent, max(micros) AS latest FROM bought GROUP BY person"""
_TOGETHER: Final = """
    SELECT count(*), count(CASE WHEN orders = 1 THEN 1 END), CAST(coalesce(sum(orders), 0) AS BIGINT),
           CAST(coalesce(sum(spent), 0) AS BIGINT) FROM by_person"""
_RECENCY: Final = """
    SELECT days, count(*) FROM (SELECT CAST(floor((:now - latest) / 86400000000) AS BIGINT) AS days FROM by_person) since
    GROUP BY days ORDER BY days"""
_MIDDLE: Final = """
    SELECT spent FROM (SELECT spent, row_number() OVER (ORDER BY spent) AS place, count(*) OVER () AS people FROM by_person) ranked
    WHERE place IN (floor((people + 1) / 2), floor((people + 2) / 2))"""
_REFUNDS: Final = "SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT) FROM back"
_BEST: Final = "SELECT person, orders, spent, latest FROM by_person ORDER BY spent DESC, person LIMIT {}"
_KNOWN_AS: Final = """
    SELECT p.person, min(i.value) FROM people_profile p
    JOIN people_identifier i ON i.workspace_id = p.workspace_id AND i.profile_id = p.id AND i.kind = 'external'
    WHERE p.workspace_id = %s AND p.person = ANY(%s) GROUP BY p.person"""


def value(workspace: Workspace, now: datetime, best: int = 5) -> Value:
    """Return what the customers of a workspace are worth by all that happened until `now`, with its `best` so many.

    A customer has at least one `Order Completed`. Refunds stand apart: revenue and what was spent are before them.
    """
    asked = {"together": _TOGETHER, "recency": _RECENCY, "middle": _MIDDLE, "refunds": _REFUNDS, "best": _BEST.format(best)}
    found = ask(workspace, of_orders(workspace, now, kept={"by_person": _BY_PERSON}, asked=asked))
    ((customers, once, orders, revenue),) = found["together"]
    ((refunds, refunded),) = found["refunds"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT person) FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
        (people,) = cursor.fetchone()
    known_as = _known_as(workspace, [row[0] for row in found["best"]])
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
        recency_median=middle(found["recency"]),
        frequency_mean=orders / customers if customers else None,
        spent_median=halfway([spent for (spent,) in found["middle"]]),
        best=tuple(Customer(person, known_as.get(person, ""), times, spent, moment(at)) for person, times, spent, at in found["best"]),
    )


def _known_as(workspace: Workspace, persons: Collection[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_AS, (workspace.pk, list(persons)))
        return dict(cursor.fetchall())
