"""People over HTTP: find one, see what is known, state consent."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction
from ninja import Path, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import REFUSALS, note_by, room
from duologue.api.v1.once import once
from duologue.kit.pipeline import Refused
from duologue.people.consent import actions as consent
from duologue.people.consent.queries import purposes, standing
from duologue.people.identifiers.queries import find
from duologue.people.identifiers.rules import normalise
from duologue.people.profiles.queries import people, persons_of
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["people"])
Kind = Literal["email", "phone", "external", "device", "card"]


class Person(Schema):
    """What is known about one person."""

    person: int
    locale: str
    timezone: str
    country: str
    facts: dict[str, Any]
    identifiers: dict[str, list[str]]


class Statement(Schema):
    """One statement of consent: what the person said, where, and the wording they saw."""

    channel: str = Field(max_length=20)
    purpose: str = Field(max_length=40)
    state: Literal["granted", "withdrawn", "refused"]
    source: str = Field(max_length=80)
    wording: str = Field(default="", max_length=4000)
    at: datetime | None = None


class Standing(Schema):
    """Whether something may be sent to a person now."""

    channel: str
    purpose: str
    may: bool


@router.get("/{kind}/{value}", response={200: Person, **REFUSALS}, operation_id="get_person")
def get_person(request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str]) -> dict[str, Any]:
    """Return the person known by an identifier."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    person, _ = known(here, kind, value)
    one = people(here, [person])[person]
    return {
        "person": person,
        "locale": one.locale,
        "timezone": one.timezone,
        "country": one.country,
        "facts": one.facts,
        "identifiers": one.identifiers,
    }


@router.post("/{kind}/{value}/consent", response={201: Standing, **REFUSALS}, operation_id="state_consent")
@decorate_view(once)
def state_consent(
    request: HttpRequest, workspace: Path[str], kind: Path[Kind], value: Path[str], body: Statement
) -> Status[dict[str, Any]]:
    """Write one statement of consent, with its proof, and return what holds now."""
    here = room(request, workspace, Right.CARE)
    person, profile = known(here, kind, value)
    if body.purpose not in purposes(here):
        raise HttpError(422, f"There is no purpose {body.purpose!r} in this workspace.")
    moment = now(here)
    at = body.at or moment
    if at.tzinfo is None or at > moment:
        raise HttpError(422, "`at` must be a past moment with its offset, such as 2026-01-05T12:00:00+00:00.")
    key = request.auth  # type: ignore[attr-defined]
    statement = consent.NewStatement(
        profile_id=profile,
        channel=body.channel,
        purpose=body.purpose,
        state=body.state,
        at=at,
        source=body.source,
        wording=body.wording,
        proof={"key": key.name},
    )
    with transaction.atomic():
        consent.state(workspace=here, statements=[statement], now=moment)
        note_by(request, here, f"note consent {body.state}", str(person), purpose=body.purpose, channel=body.channel)
    may = standing(here, [person])[person].may(body.channel, body.purpose)
    return Status(201, {"channel": body.channel, "purpose": body.purpose, "may": may})


def known(workspace: Workspace, kind: str, value: str) -> tuple[int, int]:
    """Return (person, profile) of an identifier, or refuse with 404 or 422."""
    if "\x00" in value or len(value) > 500:
        raise HttpError(422, "An identifier has up to 500 characters and holds no zero byte.")
    try:
        wanted = normalise(kind, value, workspace.country)
    except Refused as wrong:
        raise HttpError(422, wrong.sentence) from wrong
    profile = find(workspace, kind, wanted)
    if profile is None:
        raise HttpError(404, f"Nobody is known by this {kind}.")
    return persons_of(workspace, [profile])[profile], profile
