"""Perks over HTTP: a shop or a till redeems a code, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import Path, Router, Schema
from ninja.decorators import decorate_view
from pydantic import Field

from duologue.api.v1.access import REFUSALS, room
from duologue.api.v1.once import once
from duologue.engage.perks.redeeming import redeem
from duologue.kit.pipeline import Refused
from duologue.people.privacy.queries import person_of
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from django.http import HttpRequest

router = Router(tags=["perks"])


class Redeeming(Schema):
    """A code, the order it is redeemed for, and what it came to in minor units of the workspace's currency.

    A word that many share needs `whose`: an external id, e-mail address, phone number, or person:NUMBER.
    """

    code: str = Field(min_length=1, max_length=80)
    order: str = Field(min_length=1, max_length=120)
    worth: int = Field(default=0, ge=0, le=2**53)
    whose: str = Field(default="", max_length=320)


class Redeemed(Schema):
    """The perk that was redeemed, and of which offer."""

    perk: int
    offer: str


@router.post("/redeem", response={200: Redeemed, **REFUSALS}, operation_id="redeem_perk")
@decorate_view(once)
def redeem_perk(request: HttpRequest, workspace: Path[str], body: Redeeming) -> tuple[int, dict[str, Any]]:
    """Redeem a code. The same order may ask again and is answered the same; any other order is refused with 409 and a sentence."""
    here = room(request, workspace, Right.CARE)
    if "\x00" in body.code + body.order + body.whose:
        return 422, {"detail": "A code and an order hold no zero bytes."}
    try:
        person = person_of(here, body.whose) if body.whose else None
    except Refused as refusal:
        return 409, {"detail": refusal.sentence}
    answer = redeem(workspace=here, code=body.code, order=body.order, worth=body.worth, person=person, now=now(here))
    if not answer.ok:
        return 409, {"detail": answer.reason}
    return 200, {"perk": answer.perk, "offer": answer.offer}
