"""What the plan holds, over HTTP: purposes, messages and offers. They are changed as text."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any

from ninja import Path, Router, Schema
from ninja.errors import HttpError

from duologue.api.v1.access import REFUSALS, plain, room
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.perks.liability import as_json, liability
from duologue.people.consent.queries import purposes
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.offers.models import Offer, OfferVersion

if TYPE_CHECKING:
    from django.http import HttpRequest

purpose_router = Router(tags=["purposes"])
message_router = Router(tags=["messages"])
offer_router = Router(tags=["offers"])


class PurposeLine(Schema):
    """Why something may be sent or kept, and on which basis: consent, contract or confirmation."""

    name: str
    title: str
    about: str
    basis: str


class MessageLine(Schema):
    """A message and the number of its version in force."""

    name: str
    version: int


class MessageVersionLine(Schema):
    """A version of a message: what it says, by channel, locale and variant, since when."""

    name: str
    version: int
    since: datetime
    data: dict[str, Any]


class OfferLine(Schema):
    """An offer as designed, how many of it were given, and what they cost, in minor units."""

    name: str
    version: int
    given: int
    spent: int
    data: dict[str, Any]


@purpose_router.get("", response={200: list[PurposeLine], **REFUSALS}, operation_id="list_purposes")
def list_purposes(request: HttpRequest, workspace: Path[str]) -> list[Any]:
    """Return the purposes of the workspace."""
    return list(purposes(room(request, workspace, Right.LOOK)).values())


@message_router.get("", response={200: list[MessageLine], **REFUSALS}, operation_id="list_messages")
def list_messages(request: HttpRequest, workspace: Path[str]) -> list[dict[str, Any]]:
    """Return the messages of the workspace by name."""
    rows = Message.within(room(request, workspace, Right.LOOK)).order_by("name")
    return [{"name": one.name, "version": one.current} for one in rows]


@message_router.get("/{name}", response={200: MessageVersionLine, **REFUSALS}, operation_id="get_message")
def get_message(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Return a message as it is in force."""
    here = room(request, workspace, Right.LOOK)
    one = Message.within(here).filter(name=plain(name)).first()
    version = one and MessageVersion.within(here).filter(message=one, number=one.current).first()
    if not one or not version:
        raise HttpError(404, f"There is no message {name!r}.")
    return {"name": one.name, "version": version.number, "since": version.since, "data": version.data}


@offer_router.get("", response={200: list[OfferLine], **REFUSALS}, operation_id="list_offers")
def list_offers(request: HttpRequest, workspace: Path[str]) -> list[dict[str, Any]]:
    """Return the offers of the workspace by name."""
    here = room(request, workspace, Right.LOOK)
    rows = {one.pk: one for one in Offer.within(here).order_by("name")}
    versions = OfferVersion.within(here).filter(offer__in=rows).values_list("offer_id", "number", "data")
    data = {(offer, number): said for offer, number, said in versions}
    return [
        {"name": one.name, "version": one.current, "given": one.given, "spent": one.spent, "data": data.get((one.pk, one.current), {})}
        for one in rows.values()
    ]


@offer_router.get("/owed", response={200: dict[str, Any], **REFUSALS}, operation_id="get_liability")
def get_liability(request: HttpRequest, workspace: Path[str]) -> dict[str, Any]:
    """Return what is owed to people: perks that are out, by offer and by when they end, in minor units."""
    here = room(request, workspace, Right.LOOK)
    return as_json(liability(here, now(here)))
