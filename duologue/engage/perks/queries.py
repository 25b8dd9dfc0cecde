"""Reading the ledger of perks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django.db import connection

from duologue.engage.perks.models import Perk

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

NEXT: Final = "SELECT min(expires_at) FROM engage_perk WHERE workspace_id = %(workspace)s AND state IN ('reserved', 'issued', 'begun')"


def next_expiry(workspace: Workspace) -> datetime | None:
    """Return the next moment at which a perk expires."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"workspace": workspace.pk})
        return cast("datetime | None", cursor.fetchone()[0])


def of_person(workspace: Workspace, profiles: Sequence[int]) -> list[dict[str, Any]]:
    """Return the perks of one person's profiles, newest first, with the offer's name."""
    fields = (
        "id",
        "offer__name",
        "code",
        "state",
        "worth",
        "cost",
        "unit",
        "amount",
        "remaining",
        "reserved_at",
        "issued_at",
        "seen_at",
        "begun_at",
        "expires_at",
        "redeemed_at",
        "redeemed_for",
        "converted_at",
        "reason",
    )
    return list(Perk.within(workspace).filter(profile_id__in=profiles).order_by("-reserved_at", "-id").values(*fields))


def of_runs(workspace: Workspace, runs: Collection[int]) -> dict[int, dict[str, dict[str, Any]]]:
    """Return {run: {offer: code, worth and end}} of what runs have given so far, so that later messages can name it.

    Where an offer was given twice in one run, the later one is meant.
    """
    found: dict[int, dict[str, dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.run_id, o.name, p.id, coalesce(nullif(p.code, ''), v.data->'code'->>'shared', ''), p.worth, p.expires_at,
                      CASE WHEN p.unit = 'points' THEN p.amount ELSE 0 END, coalesce(v.data->>'says', '')
               FROM engage_perk p JOIN strategize_offer o ON o.workspace_id = p.workspace_id AND o.id = p.offer_id
               JOIN strategize_offerversion v ON v.workspace_id = p.workspace_id AND v.id = p.offer_version_id
               WHERE p.workspace_id = %s AND p.run_id = ANY(%s) AND p.state <> 'released' ORDER BY p.id""",
            (workspace.pk, sorted(runs)),
        )
        for run, offer, perk, code, worth, expires_at, points, says in cursor.fetchall():
            ends = {"expires_at": expires_at.isoformat()} if expires_at else {}
            known = {"perk": perk, "code": code, "worth": worth, "points": points, "says": says, **ends}
            found.setdefault(run, {})[offer] = known
    return found


def ledger(workspace: Workspace, offer: int) -> list[dict[str, Any]]:
    """Return how many perks of an offer are in which state and what they cost, from the index alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT state, count(*), sum(cost)::bigint, sum(worth)::bigint FROM engage_perk
               WHERE workspace_id = %s AND offer_id = %s GROUP BY state ORDER BY state""",
            (workspace.pk, offer),
        )
        return [dict(zip(("state", "perks", "cost", "worth"), row, strict=True)) for row in cursor.fetchall()]


def unbalanced(workspace: Workspace) -> list[tuple[str, int, int, int, int]]:
    """Return the offers whose counters differ from their perks: (name, given, counted, spent, summed). The goal is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.name, o.given, coalesce(p.given, 0), o.spent, coalesce(p.spent, 0) FROM strategize_offer o
               LEFT JOIN (SELECT offer_id, count(*) FILTER (WHERE state <> 'released') AS given,
                                 coalesce(sum(cost) FILTER (WHERE state <> 'released'), 0) AS spent
                          FROM engage_perk WHERE workspace_id = %s GROUP BY 1) p ON p.offer_id = o.id
               WHERE o.workspace_id = %s AND (o.given, o.spent) IS DISTINCT FROM (coalesce(p.given, 0), coalesce(p.spent, 0))""",
            (workspace.pk, workspace.pk),
        )
        return list(cursor.fetchall())
