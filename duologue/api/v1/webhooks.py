"""Webhooks out over HTTP: which programs are told of what, and telling them again."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any, Final

from ninja import Path, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import REFUSALS, note_by, plain, room
from duologue.api.v1.once import once
from duologue.engage.endpoints import actions, queries
from duologue.engage.endpoints.rules import message_id
from duologue.kit.pipeline import Refused
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["webhooks"])
MOST = 1000


class Wishes(Schema):
    """Where calls go, of which events (`*` alone for all), and whether e-mail addresses and phone numbers come along."""

    url: str = Field(min_length=1, max_length=500)
    events: list[str] = Field(min_length=1, max_length=100)
    addresses: bool = False
    is_test: bool = False


class New(Wishes):
    """The same with a name."""

    name: str = Field(min_length=1, max_length=39)


STATUS: Final = {"unknown endpoint": 404, "changed meanwhile": 409}


class EndpointLine(Schema):
    """An endpoint, how many events it was told, how many batches it is behind, and how many events it did not take."""

    name: str
    url: str
    events: list[str]
    addresses: bool
    is_test: bool
    paused: bool
    trouble: str
    told: int
    told_at: datetime | None
    untaken: int
    behind: int


class WithSecret(Schema):
    """The secret that calls are signed with; it is shown this once."""

    name: str
    secret: str


class Again(Schema):
    """From where on to tell it again: a past moment with its offset, or the webhook-id of an event."""

    since: datetime | None = None
    message: str = Field(default="", max_length=80)


class UntakenLine(Schema):
    """An event that was not taken at any try."""

    id: str
    event: str
    occurred_at: datetime
    set_aside_at: datetime
    reason: str


class Sent(Schema):
    """How many are sent again."""

    again: int


@router.get("", response={200: list[EndpointLine], **REFUSALS}, operation_id="list_webhooks")
def list_webhooks(request: HttpRequest, workspace: Path[str]) -> list[dict[str, Any]]:
    """Return the endpoints by name, never with a secret."""
    return queries.as_lines(room(request, workspace, Right.OWN))


@router.post("", response={201: WithSecret, **REFUSALS}, operation_id="add_webhook")
@decorate_view(once)
def add_webhook(request: HttpRequest, workspace: Path[str], body: New) -> Status[dict[str, Any]]:
    """Tell a program of events from now on. The answer to the same Idempotency-Key holds the same secret, for 24 hours."""
    here = room(request, workspace, Right.OWN)
    try:
        secret = actions.add_endpoint(workspace=here, now=now(here), **body.dict())
    except Refused as refusal:
        return Status(409 if refusal.reason == "known name" else 422, {"detail": refusal.sentence})
    note_by(request, here, "add webhook", body.name, events=body.events, addresses=body.addresses)
    return Status(201, {"name": body.name, "secret": secret})


@router.put("/{name}", response={200: EndpointLine, **REFUSALS}, operation_id="change_webhook")
@decorate_view(once)
def change_webhook(request: HttpRequest, workspace: Path[str], name: Path[str], body: Wishes) -> dict[str, Any]:
    """Change what is said of an endpoint; its place in the timeline stays."""
    here = room(request, workspace, Right.OWN)
    do = lambda: actions.change_endpoint(workspace=here, name=name, now=now(here), **body.dict())  # noqa: E731
    return _done(request, here, name, "change webhook", do)


@router.delete("/{name}", response={204: None, **REFUSALS}, operation_id="forget_webhook")
@decorate_view(once)
def forget_webhook(request: HttpRequest, workspace: Path[str], name: Path[str]) -> Status[None]:
    """Tell a program no more."""
    here = room(request, workspace, Right.OWN)
    if not actions.forget_endpoint(workspace=here, name=plain(name)):
        raise HttpError(404, f"There is no endpoint {name!r}.")
    note_by(request, here, "forget webhook", name)
    return Status(204, None)


@router.post("/{name}/pause", response={200: EndpointLine, **REFUSALS}, operation_id="pause_webhook")
@decorate_view(once)
def pause_webhook(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Tell a program nothing for the time being; what happens waits for it."""
    here = room(request, workspace, Right.OWN)
    return _done(request, here, name, "pause webhook", lambda: actions.pause_endpoint(workspace=here, name=name, now=now(here)))


@router.post("/{name}/resume", response={200: EndpointLine, **REFUSALS}, operation_id="resume_webhook")
@decorate_view(once)
def resume_webhook(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Go on telling a program, from where it stands."""
    here = room(request, workspace, Right.OWN)
    return _done(request, here, name, "resume webhook", lambda: actions.resume_endpoint(workspace=here, name=name, now=now(here)))


@router.post("/{name}/secret", response={200: WithSecret, **REFUSALS}, operation_id="renew_webhook_secret")
@decorate_view(once)
def renew_webhook_secret(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Sign with a new secret; for 24 hours the former one signs too."""
    here = room(request, workspace, Right.OWN)
    made: list[str] = []

    def renew() -> None:
        made.append(actions.new_secret(workspace=here, name=name, now=now(here)))

    _done(request, here, name, "change webhook secret", renew)
    return {"name": name, "secret": made[0]}


@router.post("/{name}/again", response={200: EndpointLine, **REFUSALS}, operation_id="tell_webhook_again")
@decorate_view(once)
def tell_webhook_again(request: HttpRequest, workspace: Path[str], name: Path[str], body: Again) -> dict[str, Any]:
    """Tell a program again, in order and under the same ids."""
    here = room(request, workspace, Right.OWN)

    def do() -> dict[str, Any]:
        actions.tell_again(workspace=here, name=name, since=body.since, message=body.message, now=now(here))
        return {"since": body.message or str(body.since)}

    return _done(request, here, name, "tell webhook again", do)


@router.get("/{name}/untaken", response={200: list[UntakenLine], **REFUSALS}, operation_id="list_untaken")
def list_untaken(request: HttpRequest, workspace: Path[str], name: Path[str]) -> list[dict[str, Any]]:
    """Return the events that a program did not take at any try, the last first, a thousand at most."""
    here = room(request, workspace, Right.OWN)
    one = queries.endpoint(here, plain(name))
    if one is None:
        raise HttpError(404, f"There is no endpoint {name!r}.")
    return [
        {
            "id": message_id(row.write_id, row.event_id, row.name, row.occurred_at),
            "event": row.name,
            "occurred_at": row.occurred_at,
            "set_aside_at": row.set_aside_at,
            "reason": row.reason,
        }
        for row in queries.untaken(here, one, most=MOST)
    ]


@router.post("/{name}/untaken/again", response={200: Sent, **REFUSALS}, operation_id="send_untaken_again")
@decorate_view(once)
def send_untaken_again(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Send all that was not taken again, once."""
    here = room(request, workspace, Right.OWN)
    sent: dict[str, int] = {}

    def do() -> dict[str, int]:
        sent["again"] = actions.send_untaken_again(workspace=here, name=name, now=now(here))
        return {"events": sent["again"]}

    _done(request, here, name, "send untaken again", do)
    return sent


def _done(request: HttpRequest, here: Workspace, name: str, what: str, do: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """Do it and keep it in the log, with the detail that `do` returns."""
    plain(name)
    try:
        detail = do()
    except Refused as refusal:
        raise HttpError(STATUS.get(refusal.reason, 422), refusal.sentence) from refusal
    note_by(request, here, what, name, **(detail or {}))
    return next(line for line in queries.as_lines(here) if line["name"] == name)
