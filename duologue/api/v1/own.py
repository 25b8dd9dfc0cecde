"""What is known of one person, over HTTP: facts, consent with its proof, the timeline, perks, all of it to take along, erasing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from django.http import HttpResponse
from ninja import Path, Query, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import MOST_NUMBER, REFUSALS, note_by, room
from duologue.api.v1.once import once
from duologue.api.v1.people import Kind, known, router
from duologue.engage.perks.queries import of_person
from duologue.people.consent.models import ConsentStatement
from duologue.people.consent.queries import purposes
from duologue.people.intake.rules import LARGEST, MOST_PURPOSES, MOST_TRAITS, facts_of
from duologue.people.privacy.actions import erase
from duologue.people.privacy.queries import everything_about
from duologue.people.profiles.changing import change_facts as change
from duologue.people.profiles.queries import people, profiles_of
from duologue.people.timeline.persons import latest
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from django.http import HttpRequest

LISTED = 100
__all__ = ["router"]  # that of people: one address is one view, whatever the method


class StatementLine(Schema):
    """One statement of consent, as it was said, with the wording that was shown and what proves it: the letter, the form, the reason."""

    channel: str
    purpose: str
    state: str
    at: datetime
    source: str
    wording: str
    proof: dict[str, Any]


class EventLine(Schema):
    """One event of the timeline."""

    id: int
    at: datetime
    name: str
    source: str
    properties: dict[str, Any]


class Events(Schema):
    """Some events, newest first, and what to send as `after` to read on; empty at the end."""

    events: list[EventLine]
    after: str


class PerkLine(Schema):
    """A perk that was given, and where it stands; worth in minor units."""

    id: int
    offer: str
    code: str | None
    state: str
    worth: int
    unit: str
    remaining: int
    issued_at: datetime | None
    expires_at: datetime | None
    redeemed_at: datetime | None


class Facts(Schema):
    """What is so: facts by key, null for one to be forgotten; `purposes` are those they may be used for, none for any."""

    facts: dict[str, Any] = Field(min_length=1, max_length=MOST_TRAITS)
    purposes: list[str] = Field(default_factory=list, max_length=MOST_PURPOSES)


class Known(Schema):
    """All facts as they are now, and the keys of those that were not kept, since the person objected to them."""

    person: int
    facts: dict[str, Any]
    unwanted: list[str]


class Erased(Schema):
    """The person who was erased; what is kept is the proof."""

    person: int
    asked_at: datetime


@router.get("/{kind}/{value}/consent", response={200: list[StatementLine], **REFUSALS}, operation_id="list_consent")
def list_consent(request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str]) -> list[ConsentStatement]:
    """Return all that a person ever stated, oldest first."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    person, _ = known(here, kind, value)
    rows = ConsentStatement.within(here).filter(profile_id__in=profiles_of(here, [person])[person])
    return list(rows.order_by("at", "profile_id", "number"))


@router.patch("/{kind}/{value}/facts", response={200: Known, **REFUSALS}, operation_id="change_facts")
@decorate_view(once)
def change_facts(request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str], body: Facts) -> dict[str, Any]:
    """Set facts about a person and forget others; what is not named stays. E-mail address and phone number are no facts."""
    here = room(request, workspace, Right.CARE)
    person, profile = known(here, kind, value)
    facts = facts_of(body.facts)
    if len(facts) < len(body.facts):
        raise HttpError(422, "An e-mail address, a phone number and an id are no facts; give each other key once, and not empty.")
    _can_be_kept(facts)
    if missing := sorted(set(body.purposes) - set(purposes(here))):
        raise HttpError(422, f"There is no purpose {missing[0]!r} in this workspace.")
    source = f"api {request.auth.name}"[:80]  # type: ignore[attr-defined]
    profiles = profiles_of(here, [person])[person]
    unwanted = change(workspace=here, profile=profile, profiles=profiles, facts=facts, source=source, now=now(here), purposes=body.purposes)
    note_by(request, here, "change facts", str(person), keys=sorted(facts))
    return {"person": person, "facts": people(here, [person])[person].facts, "unwanted": sorted(unwanted)}


def _can_be_kept(facts: dict[str, Any]) -> None:
    try:
        written = msgspec.json.encode(facts)
    except (OverflowError, UnicodeError, RecursionError, TypeError):
        written = b"\\u0000"
    if b"\\u0000" in written or len(written) > LARGEST:
        raise HttpError(422, "Facts have up to 32 KiB together, and hold neither zero bytes nor numbers beyond 64 bits.")


@router.get("/{kind}/{value}/events", response={200: Events, **REFUSALS}, operation_id="list_events")
def list_events(request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str], after: Query[str] = "") -> dict[str, Any]:
    """Return a person's timeline, newest first, a hundred at once."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    person, _ = known(here, kind, value)
    found = latest(here, profiles_of(here, [person])[person], most=LISTED + 1, before=_place(after) if after else None)
    shown = [
        {"id": one.id, "at": one.occurred_at, "name": one.name, "source": one.source, "properties": json.loads(one.properties)}
        for one in found[:LISTED]
    ]
    last = shown[-1] if len(found) > LISTED else None
    return {"events": shown, "after": f"{last['at'].isoformat()}_{last['id']}".replace("+00:00", "Z") if last else ""}


def _place(after: str) -> tuple[datetime, int]:
    at, _, number = after.rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
        digits = int(number) if number.isascii() and number.isdigit() and len(number) < 20 else -1
    except ValueError:
        moment, digits = datetime.min, -1  # noqa: DTZ901 refused at once
    if moment.tzinfo is None or not 0 <= digits < MOST_NUMBER or not 2000 <= moment.year < 2200:
        raise HttpError(422, "`after` is what the page before ended with.")
    return moment, digits


@router.get("/{kind}/{value}/perks", response={200: list[PerkLine], **REFUSALS}, operation_id="list_perks")
def list_perks(request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str]) -> list[dict[str, Any]]:
    """Return the perks of a person, newest first."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    person, _ = known(here, kind, value)
    return [{**one, "offer": one["offer__name"]} for one in of_person(here, profiles_of(here, [person])[person])]


@router.get("/{kind}/{value}/export", response={200: dict[str, Any], **REFUSALS}, operation_id="export_person")
def export_person(request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str]) -> HttpResponse:
    """Return all that any part of Duologue holds about a person."""
    here = room(request, workspace, Right.EXPORT_PEOPLE)
    person, _ = known(here, kind, value)
    note_by(request, here, "export person", str(person))
    return HttpResponse(json.dumps(everything_about(here, person), default=_plain), content_type="application/json; charset=utf-8")


@router.delete("/{kind}/{value}", response={200: Erased, **REFUSALS}, operation_id="erase_person")
@decorate_view(once)
def erase_person(request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str]) -> dict[str, Any]:
    """Erase all that is held about a person. It cannot be undone; their addresses are never written to again."""
    here = room(request, workspace, Right.OWN)
    person, _ = known(here, kind, value)
    proof = erase(workspace=here, person=person, now=now(here))
    note_by(request, here, "erase person", str(person), proof=proof.pk)
    return {"person": person, "asked_at": proof.asked_at}


def _plain(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
