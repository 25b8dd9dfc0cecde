"""Reading the ledger of perks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.db.models import Min

from duologue.engage.perks.models import Perk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

OPEN = (Perk.State.RESERVED, Perk.State.ISSUED)


def next_expiry(workspace: Workspace) -> datetime | None:
    """Return the next moment at which a perk expires."""
    found = Perk.within(workspace).filter(state__in=OPEN, expires_at__isnull=False).aggregate(at=Min("expires_at"))
    return cast("datetime | None", found["at"])


def of_person(workspace: Workspace, profiles: Sequence[int]) -> list[dict[str, Any]]:
    """Return the perks of one person's profiles, newest first, with the offer's name."""
    fields = (
        "id",
        "offer__name",
        "code",
        "state",
        "worth",
        "cost",
        "reserved_at",
        "issued_at",
        "expires_at",
        "redeemed_at",
        "redeemed_for",
    )
    return list(Perk.within(workspace).filter(profile_id__in=profiles).order_by("-reserved_at", "-id").values(*fields))


def totals(workspace: Workspace) -> list[dict[str, Any]]:
    """Return per offer how many perks are in which state and what they cost: the ledger at a glance."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.name, p.state, count(*), sum(p.cost)::bigint, sum(p.worth)::bigint FROM engage_perk p
               JOIN strategize_offer o ON o.workspace_id = p.workspace_id AND o.id = p.offer_id
               WHERE p.workspace_id = %s GROUP BY 1, 2 ORDER BY 1, 2""",
            (workspace.pk,),
        )
        return [dict(zip(("offer", "state", "perks", "cost", "worth"), row, strict=True)) for row in cursor.fetchall()]


def unbalanced(workspace: Workspace) -> list[tuple[str, int, int, int, int]]:
    """Return the offers whose counters differ from their perks: (name, given, counted, spent, summed). The goal is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.name, o.given, coalesce(p.given, 0), o.spent, coalesce(p.spent, 0) FROM strategize_offer o
               LEFT JOIN (SELECT offer_id, count(*) FILTER (WHERE state <> 'released') AS given,
                                 coalesce(sum(cost) FILTER (WHERE state IN ('reserved', 'issued', 'redeemed')), 0) AS spent
                          FROM engage_perk WHERE workspace_id = %s GROUP BY 1) p ON p.offer_id = o.id
               WHERE o.workspace_id = %s AND (o.given, o.spent) IS DISTINCT FROM (coalesce(p.given, 0), coalesce(p.spent, 0))""",
            (workspace.pk, workspace.pk),
        )
        return list(cursor.fetchall())
