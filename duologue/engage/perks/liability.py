"""What the brand still owes: perks that are out and may be brought, by offer and by when they end."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.kit.money import major

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

ENDS: Final = (("week", 7), ("month", 30), ("quarter", 90))  # within so many days from now


@dataclass(slots=True, frozen=True)
class Owed:
    """One offer's perks that are out: how many, what they are worth, what was set aside for them; money in minor units.

    `worth` is what is left of credit, and for a percentage what was set aside, as what it will come to is not known. `points` are those
    left to spend. A tip is owed by nobody. The perks are also counted by when they end: within 7 days, 30, 90, later, never.
    """

    offer: str
    kind: str
    perks: int
    worth: int
    cost: int
    points: int
    week: int
    month: int
    quarter: int
    later: int
    never: int


def liability(workspace: Workspace, now: datetime) -> list[Owed]:
    """Return what is owed, the dearest offer first: read from the index of perks by offer and state alone."""
    moments = {name: now + timedelta(days=days) for name, days in ENDS}
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH out AS (
                   SELECT k.offer_id, count(*) AS perks, sum(k.cost)::bigint AS cost, sum(k.remaining)::bigint AS remaining,
                          sum(CASE WHEN k.worth > 0 THEN k.worth ELSE k.cost END)::bigint AS worth,
                          count(*) FILTER (WHERE k.expires_at <= %(week)s) AS week,
                          count(*) FILTER (WHERE k.expires_at > %(week)s AND k.expires_at <= %(month)s) AS month,
                          count(*) FILTER (WHERE k.expires_at > %(month)s AND k.expires_at <= %(quarter)s) AS quarter,
                          count(*) FILTER (WHERE k.expires_at > %(quarter)s) AS later,
                          count(*) FILTER (WHERE k.expires_at IS NULL) AS never
                   FROM strategize_offer o JOIN engage_perk k ON k.workspace_id = o.workspace_id AND k.offer_id = o.id
                   WHERE o.workspace_id = %(workspace)s AND k.state IN ('reserved', 'issued', 'begun') GROUP BY 1)
               SELECT o.name, coalesce(v.data->>'kind', 'discount'), out.perks,
                      CASE v.data->>'kind' WHEN 'credit' THEN out.remaining WHEN 'points' THEN 0 ELSE out.worth END, out.cost,
                      CASE WHEN v.data->>'kind' = 'points' THEN out.remaining ELSE 0 END,
                      out.week, out.month, out.quarter, out.later, out.never
               FROM out JOIN strategize_offer o ON o.workspace_id = %(workspace)s AND o.id = out.offer_id
               JOIN strategize_offerversion v ON v.workspace_id = o.workspace_id AND v.offer_id = o.id AND v.number = o.current
               WHERE v.data->>'kind' IS DISTINCT FROM 'tip'
               ORDER BY 4 DESC, 3 DESC, 1""",
            {"workspace": workspace.pk, **moments},
        )
        return [Owed(*row) for row in cursor.fetchall()]


def total(owed: Sequence[Owed]) -> dict[str, int]:
    """Return the sums over all offers."""
    return {name: sum(getattr(one, name) for one in owed) for name in ("perks", "worth", "cost", "points", *SPANS)}


SPANS: Final = ("week", "month", "quarter", "later", "never")


def as_json(owed: Sequence[Owed]) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {"offers": [asdict(one) for one in owed], "total": total(owed)}


def as_csv(owed: Sequence[Owed], currency: str) -> str:
    """Return the report as CSV, one offer on each line, money in whole units."""
    out = io.StringIO()
    writer = csv.writer(out)
    spans = ("ends_within_7_days", "within_30_days", "within_90_days", "later", "never")
    writer.writerow(["offer", "kind", "perks", f"worth_{currency}", f"set_aside_{currency}", "points", *spans])
    for one in owed:
        money = [major(one.worth, currency), major(one.cost, currency)]
        writer.writerow([one.offer, one.kind, one.perks, *money, one.points, *(getattr(one, name) for name in SPANS)])
    return out.getvalue()
