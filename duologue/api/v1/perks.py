"""Perks over HTTP: a shop or a till redeems a code, once; points and credit are spent, never more than there is."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from django.http import JsonResponse
from ninja import Path, Query, Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import Field

from duologue.api.v1.access import REFUSALS, Problem, note_by, room, token_of
from duologue.api.v1.once import once
from duologue.engage.perks.balances import Spend, balances, spend
from duologue.engage.perks.redeeming import UNKNOWN, redeem
from duologue.engage.perks.tries import BY_MANY, Trier, remember, sentence, succeed, waits_until
from duologue.kit.pipeline import Refused
from duologue.people.privacy.queries import person_of
from duologue.people.profiles.queries import profiles_of
from duologue.platform.staff.queries import key_for
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

router = Router(tags=["perks"])
REDEEMED: Final = "duologue.redeemed"  # how the view tells `patient` that it redeemed a code that was not redeemed before


def patient(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask those to wait (429) who try unknown codes in a row; outside of what a refused write takes back.

    Whoever types and the key they type by are both counted, so that no new name for the one lets go of the other.
    """

    @wraps(view)
    def run(request: HttpRequest, *values: Any, **more: Any) -> HttpResponse:
        key = key_for(token_of(request))
        if key is None:
            return view(request, *values, **more)
        whom = _tried_by(request.body)
        by_key, here = Trier(f"key {key.name}", most=BY_MANY), key.workspace
        triers, at = [by_key, *([Trier(by_key.way, whom)] if whom else [])], now(here)
        for trier in triers:
            if (until := waits_until(here, trier, at)) is not None:
                wait = max(1, int((until - at).total_seconds()))
                return JsonResponse({"detail": sentence(trier, until, at)}, status=429, headers={"Retry-After": str(wait)})
        answer = view(request, *values, **more)
        if request.META.pop(REDEEMED, False):
            succeed(workspace=here, triers=triers)
        elif answer.status_code == 409 and msgspec.json.decode(answer.content).get("detail") == UNKNOWN:
            for trier in triers:
                remember(workspace=here, trier=trier, now=at)
        return answer

    return run


def _tried_by(body: bytes) -> str:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return str(said.get("tried_by") or "")[:200] if isinstance(said, dict) else ""


class Redeeming(Schema):
    """A code, the order it is redeemed for, and what it came to in minor units of the workspace's currency.

    A word that many share needs `whose`: an external id, e-mail address, phone number, or person:NUMBER. `tried_by` is anything that tells
    apart those who type codes (a session, an address); it is kept as a hash, and who tries too many unknown ones is asked to wait.
    """

    code: str = Field(min_length=1, max_length=80)
    order: str = Field(min_length=1, max_length=120)
    worth: int = Field(default=0, ge=0, le=2**53)
    whose: str = Field(default="", max_length=320)
    tried_by: str = Field(default="", max_length=200)


class Redeemed(Schema):
    """The perk that was redeemed, and of which offer; of credit also what it paid and what is left of it, in minor units."""

    perk: int
    offer: str
    paid: int | None = None
    left: int | None = None


class Spending(Schema):
    """Whose points, or credit in minor units, are spent for which order."""

    whose: str = Field(min_length=1, max_length=320)
    unit: Literal["points", "credit"]
    amount: int = Field(ge=1, le=2**53)
    order: str = Field(min_length=1, max_length=120)


class Left(Schema):
    """What was spent, and what can still be."""

    spent: int
    left: int


class Balance(Schema):
    """What somebody can spend now; credit in minor units."""

    points: int
    credit: int


@router.post("/redeem", response={200: Redeemed, **REFUSALS, 429: Problem}, operation_id="redeem_perk", exclude_none=True)
@decorate_view(once, patient)  # the last one stands outside
def redeem_perk(request: HttpRequest, workspace: Path[str], body: Redeeming) -> Status[dict[str, Any]]:
    """Redeem a code. The same order may ask again and is answered the same; any other order is refused with 409 and a sentence.

    Credit pays `worth`, or what is left of it where that is less or nothing is said.
    """
    here = room(request, workspace, Right.CARE)
    if "\x00" in body.code + body.order + body.whose:
        return Status(422, {"detail": "A code and an order hold no zero bytes."})
    try:
        person = person_of(here, body.whose) if body.whose else None
    except Refused as refusal:
        return Status(409, {"detail": refusal.sentence})
    answer = redeem(workspace=here, code=body.code, order=body.order, worth=body.worth, person=person, now=now(here))
    if not answer.ok:
        return Status(409, {"detail": answer.reason})
    request.META[REDEEMED] = answer.is_new
    if answer.is_new:
        note_by(request, here, "redeem perk", str(answer.perk), order=body.order)
    return Status(200, {"perk": answer.perk, "offer": answer.offer, "paid": answer.worth, "left": answer.left})


@router.post("/spend", response={200: Left, **REFUSALS}, operation_id="spend_balance")
@decorate_view(once)
def spend_balance(request: HttpRequest, workspace: Path[str], body: Spending) -> Status[dict[str, Any]]:
    """Spend points or credit of a person, what ends first first. The same order spends once; what is not there is refused with 409."""
    here = room(request, workspace, Right.CARE)
    if "\x00" in body.whose + body.order:
        return Status(422, {"detail": "An order and a reference hold no zero bytes."})
    try:
        person = person_of(here, body.whose)
    except Refused as refusal:
        return Status(404, {"detail": refusal.sentence})
    answer = spend(workspace=here, spends=[Spend(person, body.unit, body.amount, body.order)], now=now(here))[0]
    if not answer.ok:
        return Status(409, {"detail": answer.reason})
    if answer.is_new:
        note_by(request, here, "spend balance", str(person), unit=body.unit, amount=answer.amount, order=body.order)
    return Status(200, {"spent": answer.amount, "left": answer.left})


@router.get("/balance", response={200: Balance, **REFUSALS}, operation_id="balance")
def balance(request: HttpRequest, workspace: Path[str], whose: Query[str]) -> Status[dict[str, Any]]:
    """Return what somebody can spend: an external id, e-mail address, phone number, or person:NUMBER says who."""
    here = room(request, workspace, Right.CARE)
    if "\x00" in whose or len(whose) > 320:
        return Status(422, {"detail": "A reference has up to 320 characters and holds no zero bytes."})
    try:
        person = person_of(here, whose)
    except Refused as refusal:
        return Status(404, {"detail": refusal.sentence})
    left = balances(here, profiles_of(here, [person]).get(person, [person]), now(here))
    return Status(200, {"points": left.get("points", 0), "credit": left.get("credit", 0)})
