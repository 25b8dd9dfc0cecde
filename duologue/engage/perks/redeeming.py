"""Redeeming perks: each at most once, whoever asks and however often."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from duologue.engage.perks import rules
from duologue.engage.perks.actions import move_counters
from duologue.engage.perks.balances import Use, use
from duologue.engage.perks.claims import Claim, meant
from duologue.engage.perks.terms import terms_of
from duologue.engage.perks.together import refused_together
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

SENTENCES: Final = {
    "redeemed": "This code has been redeemed already.",
    "begun": "This trial has begun already.",
    "converted": "This trial has begun already.",
    "ended": "This trial is over.",
    "expired": "This code is over.",
    "withdrawn": "This code was withdrawn.",
    "released": "This code was taken back before it was given.",
}
UNKNOWN: Final = "There is no such code."
NO_SUM: Final = "The order does not say, in the brand's currency, how much of the credit it asks for."
OVER: Final = frozenset({"expired", "withdrawn", "released"})
USED: Final = frozenset({"redeemed", "begun", "ended", "converted"})


@dataclass(slots=True, frozen=True)
class Redemption:
    """What came of redeeming a code; `reason` is a sentence when it was refused.

    Of credit, `worth` is what it paid and `left` what it still holds, in minor units. `is_new` says that this claim did it, not an earlier
    one of the same order.
    """

    ok: bool
    perk: int | None = None
    offer: str = ""
    reason: str = ""
    worth: int | None = None
    left: int | None = None
    is_new: bool = False

    @property
    def is_unknown(self) -> bool:
        """Say whether there is no such code at all."""
        return self.perk is None and self.reason == UNKNOWN


@transaction.atomic
def redeem(*, workspace: Workspace, code: str, order: str, worth: int = 0, person: int | None = None, now: datetime) -> Redemption:
    """Redeem one code; the same order may ask again and is told yes, any other is refused with a sentence."""
    return redeem_all(workspace=workspace, claims=[Claim(code, order, worth, person=person)], now=now)[0]


@transaction.atomic
def redeem_all(*, workspace: Workspace, claims: Sequence[Claim], now: datetime) -> list[Redemption]:
    """Redeem many codes at once; answers come in the order of the claims, and of two claims on one perk the first wins."""
    named, refused = meant(workspace, claims)
    found = _standing(workspace, sorted(set(named.values())))
    credit = {place: perk for place, perk in named.items() if found[perk].unit}
    for place in [place for place in credit if claims[place].needs_worth and not claims[place].worth]:
        refused[place] = NO_SUM
        del credit[place]
    paid = use(workspace=workspace, uses={p: Use(perk, claims[p].worth, claims[p].order) for p, perk in credit.items()}, now=now)
    refused |= refused_together(workspace, claims, {place: perk for place, perk in named.items() if not found[perk].unit})
    wanted: dict[int, Claim] = {}
    for place, perk in named.items():
        if place not in refused and place not in credit:
            wanted.setdefault(perk, claims[place])
    won = _take(workspace, wanted, now)
    found |= _standing(workspace, list(wanted))
    answers, used = [], set()
    for place, claim in enumerate(claims):
        if place in refused or place not in named:
            answers.append(Redemption(ok=False, reason=refused.get(place, UNKNOWN)))
            continue
        perk = named[place]
        stands = found[perk]
        if place in credit:
            spent = paid[place]
            reason = SENTENCES[stands.state] if not spent.ok and stands.state in OVER else spent.reason
            answers.append(Redemption(spent.ok, perk, stands.offer, reason, worth=spent.amount, left=spent.left, is_new=spent.is_new))
            continue
        is_new = perk in won and perk not in used
        mine = is_new or (stands.state in USED and bool(claim.order) and stands.order == claim.order[:120])
        used.add(perk)
        answers.append(
            Redemption(
                ok=mine,
                perk=perk,
                offer=stands.offer,
                reason="" if mine else SENTENCES.get(stands.state, SENTENCES["expired"]),
                is_new=is_new,
            )
        )
    return answers


def _take(workspace: Workspace, wanted: dict[int, Claim], now: datetime) -> set[int]:
    """Redeem what is still open, by compare-and-set; a trial begins, if it has not. Return the perks that were."""
    perks = sorted(wanted)
    if not perks:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH c AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])
                                       AS c (perk, for_order, worth, at)),
                    due AS (SELECT k.id, k.begun_at, c.* FROM engage_perk k JOIN c ON c.perk = k.id
                            WHERE k.workspace_id = %s
                              AND (k.state IN ('reserved', 'issued') OR (k.state = 'begun' AND k.redeemed_at IS NULL))
                              AND (k.expires_at IS NULL OR k.expires_at > c.at)
                            ORDER BY k.id FOR UPDATE OF k)
               UPDATE engage_perk k SET redeemed_at = %s, redeemed_for = due.for_order, seen_at = coalesce(k.seen_at, %s),
                      state = CASE WHEN v.data->>'kind' = 'trial' THEN 'begun' ELSE 'redeemed' END,
                      begun_at = CASE WHEN v.data->>'kind' = 'trial' THEN coalesce(k.begun_at, due.at) END,
                      worth = CASE WHEN due.worth > 0 THEN due.worth ELSE k.worth END
               FROM due, strategize_offer o, strategize_offerversion v
               WHERE k.workspace_id = %s AND k.id = due.id AND o.workspace_id = k.workspace_id AND o.id = k.offer_id
                 AND v.workspace_id = k.workspace_id AND v.id = k.offer_version_id
               RETURNING k.id, k.offer_id, o.name, k.profile_id, k.run_id, k.cost, k.worth, k.redeemed_for, v.data, due.at, due.begun_at,
                         k.expires_at""",
            (
                perks,
                [wanted[perk].order[:120] for perk in perks],
                [wanted[perk].worth for perk in perks],
                [wanted[perk].occurred_at or now for perk in perks],
                workspace.pk,
                now,
                now,
                workspace.pk,
            ),
        )
        rows = [_Taken(*row) for row in cursor.fetchall()]
    _settle(workspace, rows)
    said = [(one, names.PERK_REDEEMED, {"order": one.order, "worth": one.worth}) for one in rows]
    said += [(one, names.TRIAL_BEGUN, {"ends_at": _iso(one.ends_at(workspace))}) for one in rows if one.begins]
    events = [
        NewEvent(one.profile, one.at, name, {"perk": one.perk, "offer": one.offer, **more}, received_at=now, run_id=one.run)
        for one, name, more in said
    ]
    write(workspace=workspace, events=events, now=now)
    return {one.perk for one in rows}


@dataclass(slots=True, frozen=True)
class _Taken:
    perk: int
    offer_id: int
    offer: str
    profile: int
    run: int | None
    cost: int
    worth: int
    order: str
    data: Any
    at: datetime
    begun_at: datetime | None
    expires_at: datetime | None

    @property
    def begins(self) -> bool:
        """Say whether this is a trial that begins now."""
        return self.begun_at is None and json.loads(self.data).get("kind") == "trial"

    def terms(self, workspace: Workspace) -> rules.Terms:
        return terms_of(json.loads(self.data), workspace.currency, workspace.timezone)

    def ends_at(self, workspace: Workspace) -> datetime | None:
        """Return when it is over: a trial that begins when redeemed lasts from then."""
        terms = self.terms(workspace)
        return rules.trial_ends_at(terms, self.at) if self.begins and terms.begins == "redeemed" else self.expires_at


def _settle(workspace: Workspace, rows: Sequence[_Taken]) -> None:
    """Write what percentages came to, and when trials end that begin with being redeemed."""
    moves: dict[int, tuple[int, int]] = {}
    settled: list[tuple[int, int, datetime | None]] = []
    for one in rows:
        real, ends_at = rules.settled_cost(one.terms(workspace), one.cost, one.worth), one.ends_at(workspace)
        if real != one.cost or ends_at != one.expires_at:
            settled.append((one.perk, real, ends_at))
            moves[one.offer_id] = (0, moves.get(one.offer_id, (0, 0))[1] + real - one.cost)
    if settled:
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE engage_perk k SET cost = s.cost, expires_at = s.ends_at
                   FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS s (id, cost, ends_at)
                   WHERE k.workspace_id = %s AND k.id = s.id""",
                (*map(list, zip(*settled, strict=True)), workspace.pk),
            )
    move_counters(workspace, moves)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@dataclass(slots=True, frozen=True)
class _Standing:
    offer: str
    state: str
    order: str
    unit: str


def _standing(workspace: Workspace, perks: list[int]) -> dict[int, _Standing]:
    if not perks:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.id, o.name, k.state, k.redeemed_for, k.unit FROM engage_perk k
               JOIN strategize_offer o ON o.workspace_id = k.workspace_id AND o.id = k.offer_id
               WHERE k.workspace_id = %s AND k.id = ANY(%s)""",
            (workspace.pk, perks),
        )
        return {perk: _Standing(*rest) for perk, *rest in cursor.fetchall()}
