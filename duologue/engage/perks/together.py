"""Which codes may be used beside each other for one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from duologue.engage.perks.rules import stand_together
from duologue.platform.database import locks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duologue.engage.perks.claims import Claim
    from duologue.platform.workspaces.models import Workspace

ALONE: Final = "This code cannot be used together with another one of the same order."


@dataclass(slots=True, frozen=True)
class Used:
    """A perk, its offer, and the offers it may be used together with."""

    perk: int
    order: str
    offer: str
    beside: Sequence[str]


def refused_together(workspace: Workspace, claims: Sequence[Claim], named: Mapping[int, int]) -> dict[int, str]:
    """Return, by place, the claims whose code may not be used beside what their order has used already, the first ones first.

    Orders are locked until the caller's transaction ends, so that two codes brought at once are weighed one after the other.
    """
    orders = sorted({claims[place].order[:120] for place in named} - {""})
    if not orders:
        return {}
    known = _known(workspace, sorted(set(named.values())), orders)
    on: dict[str, list[Used]] = {}
    for one in known.values():
        if one.order in orders:
            on.setdefault(one.order, []).append(one)
    refused: dict[int, str] = {}
    for place in sorted(named):
        order, mine = claims[place].order[:120], known[named[place]]
        others = [one for one in on.get(order, ()) if one.perk != mine.perk]
        if not order or mine.order == order:
            continue
        if all(stand_together(mine.offer, mine.beside, one.offer, one.beside) for one in others):
            on.setdefault(order, []).append(mine)
        else:
            refused[place] = ALONE
    return refused


def _known(workspace: Workspace, perks: Sequence[int], orders: Sequence[str]) -> dict[int, Used]:
    with connection.cursor() as cursor:
        theirs = [f"{workspace.pk} {order}" for order in orders]
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(o)) FROM unnest(%s::text[]) AS o", (locks.TOGETHER, theirs))
        cursor.execute(
            """SELECT k.id, CASE WHEN k.state = 'redeemed' THEN k.redeemed_for ELSE '' END, o.name, v.data->'together_with'
               FROM engage_perk k JOIN strategize_offer o ON o.workspace_id = k.workspace_id AND o.id = k.offer_id
               JOIN strategize_offerversion v ON v.workspace_id = k.workspace_id AND v.id = k.offer_version_id
               WHERE k.workspace_id = %s
                 AND (k.id = ANY(%s) OR (k.unit = '' AND k.state = 'redeemed' AND k.redeemed_for <> '' AND k.redeemed_for = ANY(%s)))""",
            (workspace.pk, list(perks), list(orders)),
        )
        return {perk: Used(perk, order, offer, _names(beside)) for perk, order, offer, beside in cursor.fetchall()}


def _names(beside: Any) -> Sequence[str]:
    """Return the offers named; "none", and nothing, are no offers."""
    found = msgspec.json.decode(beside) if isinstance(beside, str) else beside
    return [str(one) for one in found] if isinstance(found, list) else [] if found in {None, "none"} else [str(found)]
