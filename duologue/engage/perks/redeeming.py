"""Redeeming perks: each at most once, whoever asks and however often."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.engage.perks import rules
from duologue.engage.perks.actions import Redemption, move_counters
from duologue.engage.perks.claims import Claim, meant
from duologue.engage.perks.terms import terms_of
from duologue.engage.perks.together import refused_together
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

SENTENCES = {
    "redeemed": "This code has been redeemed already.",
    "expired": "This code is over.",
    "released": "This code was taken back before it was given.",
}
UNKNOWN = "There is no such code."


@transaction.atomic
def redeem(*, workspace: Workspace, code: str, order: str, worth: int = 0, person: int | None = None, now: datetime) -> Redemption:
    """Redeem one code; the same order may ask again and is told yes, any other is refused with a sentence."""
    return redeem_all(workspace=workspace, claims=[Claim(code, order, worth, person=person)], now=now)[0]


@transaction.atomic
def redeem_all(*, workspace: Workspace, claims: Sequence[Claim], now: datetime) -> list[Redemption]:
    """Redeem many codes at once; answers come in the order of the claims, and of two claims on one perk the first wins."""
    named, refused = meant(workspace, claims)
    alone = refused_together(workspace, claims, named)
    refused |= alone
    named = {place: perk for place, perk in named.items() if place not in alone}
    wanted: dict[int, Claim] = {}
    for place, perk in named.items():
        wanted.setdefault(perk, claims[place])
    won = _take(workspace, wanted, now)
    found = _standing(workspace, list(wanted))
    answers, used = [], set()
    for place, claim in enumerate(claims):
        if place not in named:
            answers.append(Redemption(ok=False, reason=refused.get(place, UNKNOWN)))
            continue
        perk = named[place]
        offer, state, redeemed_for = found[perk]
        mine = (perk in won and perk not in used) or (state == "redeemed" and bool(claim.order) and redeemed_for == claim.order[:120])
        used.add(perk)
        answers.append(Redemption(ok=mine, perk=perk, offer=offer, reason="" if mine else SENTENCES.get(state, SENTENCES["expired"])))
    return answers


def _take(workspace: Workspace, wanted: dict[int, Claim], now: datetime) -> set[int]:
    """Compare and set: only what is reserved or issued, and not over, becomes redeemed."""
    perks = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH c AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])
                          AS c (perk, for_order, worth, at)),
                    due AS (SELECT k.id, k.offer_id, k.cost, c.* FROM engage_perk k JOIN c ON c.perk = k.id
                            WHERE k.workspace_id = %s AND k.state IN ('reserved', 'issued')
                              AND (k.expires_at IS NULL OR k.expires_at > c.at)
                            ORDER BY k.id FOR UPDATE OF k)
               UPDATE engage_perk k SET state = 'redeemed', redeemed_at = %s, redeemed_for = due.for_order,
                      worth = CASE WHEN due.worth > 0 THEN due.worth ELSE k.worth END
               FROM due, strategize_offer o, strategize_offerversion v
               WHERE k.workspace_id = %s AND k.id = due.id AND o.workspace_id = k.workspace_id AND o.id = k.offer_id
                 AND v.workspace_id = k.workspace_id AND v.id = k.offer_version_id
               RETURNING k.id, k.offer_id, o.name, k.profile_id, k.run_id, due.cost, k.worth, k.redeemed_for, v.data, due.at""",
            (
                perks,
                [wanted[perk].order[:120] for perk in perks],
                [wanted[perk].worth for perk in perks],
                [wanted[perk].occurred_at or now for perk in perks],
                workspace.pk,
                now,
                workspace.pk,
            ),
        )
        rows = cursor.fetchall()
    moves: dict[int, tuple[int, int]] = {}
    settled: list[tuple[int, int]] = []
    for perk, offer, _, _, _, cost, worth, _, data, _ in rows:
        real = rules.settled_cost(terms_of(json.loads(data), workspace.currency, workspace.timezone), cost, worth)
        if real != cost:
            settled.append((perk, real))
            moves[offer] = (0, moves.get(offer, (0, 0))[1] + real - cost)
    _settle(workspace, settled)
    move_counters(workspace, moves)
    write(
        workspace=workspace,
        events=[
            NewEvent(
                profile, at, names.PERK_REDEEMED, {"perk": perk, "offer": name, "order": order, "worth": worth}, received_at=now, run_id=run
            )
            for perk, _, name, profile, run, _, worth, order, _, at in rows
        ],
        now=now,
    )
    return {row[0] for row in rows}


def _settle(workspace: Workspace, costs: list[tuple[int, int]]) -> None:
    if not costs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_perk k SET cost = s.cost FROM unnest(%s::bigint[], %s::bigint[]) AS s (id, cost)
               WHERE k.workspace_id = %s AND k.id = s.id""",
            ([perk for perk, _ in costs], [cost for _, cost in costs], workspace.pk),
        )


def _standing(workspace: Workspace, perks: list[int]) -> dict[int, tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.id, o.name, k.state, k.redeemed_for FROM engage_perk k
               JOIN strategize_offer o ON o.workspace_id = k.workspace_id AND o.id = k.offer_id
               WHERE k.workspace_id = %s AND k.id = ANY(%s)""",
            (workspace.pk, perks),
        )
        return {perk: (offer, state, order) for perk, offer, state, order in cursor.fetchall()}
