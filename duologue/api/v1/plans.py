"""What the plan holds, over HTTP: purposes, messages, offers, broadcasts, and what was taken in by file. Plans are changed as text."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any

from ninja import Path, Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError

from duologue.api.v1.access import REFUSALS, note_by, plain, room
from duologue.api.v1.once import once
from duologue.engage.broadcasts import actions as broadcasting
from duologue.engage.broadcasts import queries as broadcasts
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.perks.liability import as_json, liability
from duologue.engage.runs.actions import NotPossible
from duologue.people.consent.queries import purposes
from duologue.people.imports.models import Import
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.offers.models import Offer, OfferVersion

if TYPE_CHECKING:
    from django.http import HttpRequest

purpose_router = Router(tags=["purposes"])
message_router = Router(tags=["messages"])
offer_router = Router(tags=["offers"])
broadcast_router = Router(tags=["broadcasts"])
import_router = Router(tags=["imports"])
MOST_IMPORTS = 100


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


class BroadcastLine(Schema):
    """A broadcast or newsletter, where it stands, its letters by state, and when it leaves next."""

    name: str
    about: str
    standing: str
    letters: dict[str, int]
    next_at: datetime | None


class ImportLine(Schema):
    """A file that was taken in, or is being."""

    id: int
    kind: str
    file: str
    state: str
    rows_read: int
    rows_written: int
    rows_unchanged: int
    rows_refused: int
    started_at: datetime
    ended_at: datetime | None
    sentence: str


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


@broadcast_router.get("", response={200: list[BroadcastLine], **REFUSALS}, operation_id="list_broadcasts")
def list_broadcasts(request: HttpRequest, workspace: Path[str]) -> list[dict[str, Any]]:
    """Return the newest broadcasts and newsletters, a hundred at most."""
    here = room(request, workspace, Right.LOOK)
    return [_broadcast(one) for one in broadcasts.broadcasts(here, now(here))]


@broadcast_router.get("/{name}", response={200: BroadcastLine, **REFUSALS}, operation_id="get_broadcast")
def get_broadcast(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Return one broadcast."""
    here = room(request, workspace, Right.LOOK)
    found = broadcasts.find(here, plain(name), now(here))
    if found is None:
        raise HttpError(404, f"There is no broadcast {name!r}.")
    return _broadcast(found)


@broadcast_router.post("/{name}/send", response={200: BroadcastLine, **REFUSALS}, operation_id="send_broadcast")
@decorate_view(once)
def send_broadcast(request: HttpRequest, workspace: Path[str], name: Path[str]) -> tuple[int, dict[str, Any]]:
    """Make a broadcast live: it leaves at its moment."""
    here = room(request, workspace, Right.PUBLISH)
    if broadcasts.find(here, plain(name), now(here)) is None:
        return 404, {"detail": f"There is no broadcast {name!r}."}
    try:
        broadcasting.send(workspace=here, name=name, now=now(here))
    except NotPossible as refusal:
        return 409, {"detail": str(refusal)}
    note_by(request, here, "send broadcast", name)
    found = broadcasts.find(here, name, now(here))
    assert found is not None
    return 200, _broadcast(found)


@import_router.get("", response={200: list[ImportLine], **REFUSALS}, operation_id="list_imports")
def list_imports(request: HttpRequest, workspace: Path[str]) -> list[Import]:
    """Return what was taken in by file, the last first, a hundred at most."""
    return list(Import.within(room(request, workspace, Right.SEE_PEOPLE)).order_by("-started_at", "-pk")[:MOST_IMPORTS])


def _broadcast(one: broadcasts.Found) -> dict[str, Any]:
    return {
        "name": one.dialogue.name,
        "about": one.dialogue.about,
        "standing": one.standing,
        "letters": one.letters,
        "next_at": one.next_at,
    }
