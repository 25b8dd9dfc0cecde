"""Who may call: a management key, in its own workspace, with the right that an operation asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from ninja import Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import AfterValidator

from duologue.api.v1.rate import take
from duologue.platform.audit.actions import note
from duologue.platform.staff.models import Key
from duologue.platform.staff.queries import key_for
from duologue.platform.staff.rules import Right, may

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace


MOST_NUMBER = 2**63 - 1


def _without_zero(text: str) -> str:
    if "\x00" in text:
        raise ValueError("A text holds no zero byte.")
    return text


Plain = Annotated[str, AfterValidator(_without_zero)]
"""A text that a row can hold."""


class Problem(Schema):
    """Why a request was refused, in a sentence."""

    detail: Any


REFUSALS: dict[int, type[Problem]] = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), Problem)
"""The refusals that every operation may answer with."""


class ManagementKey(HttpBearer):
    """`Authorization: Bearer KEY`, where the key was made by `duologue key create NAME --kind manage --role ROLE`."""

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:
        """Return the key, or None for a 401; a workspace that is not the key's own does not exist for it, whatever was sent along."""
        key = key_for(token)
        if key is None or key.kind != Key.Kind.MANAGE:
            return None
        take(key.pk)
        match = request.resolver_match
        _of_the_key(key, match.kwargs.get("workspace", key.workspace.name) if match else key.workspace.name)
        _within_its_scope(key, request)
        return key


def token_of(request: HttpRequest) -> str:
    """Return the token of an `Authorization: Bearer` header, the scheme in any letter case as `HttpBearer` takes it; empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == ManagementKey.openapi_scheme else ""


def room(request: HttpRequest, workspace: str, right: Right) -> Workspace:
    """Return the key's workspace when it is the one asked for and the key's role has the right.

    To a key of another workspace this one does not exist (404); a lesser role is refused (403).
    """
    key: Key = request.auth  # type: ignore[attr-defined]
    _of_the_key(key, workspace)
    if not may(key.role, right):
        raise HttpError(403, f"This key's role is {key.role!r}, which may not {right.value}.")
    return key.workspace


def plain(name: str) -> str:
    """Return a name as it was asked for; a name that no row can have is refused with 422."""
    if "\x00" in name or len(name) > 500:
        raise HttpError(422, "A name holds no zero byte, and has up to 500 characters.")
    return name


def note_by(request: HttpRequest, workspace: Workspace, action: str, subject: str = "", **detail: Any) -> None:
    """Keep in the log what was done by a key; ids and names of things, never people's data."""
    key: Key = request.auth  # type: ignore[attr-defined]
    note(workspace, f"key {key.name}"[:120], action, subject, detail)


def _within_its_scope(key: Key, request: HttpRequest) -> None:
    area = request.path.partition("/api/v1/")[2].split("/")[1:2]
    if key.only and area and area[0] not in key.only:
        raise HttpError(403, f"This key is for {', '.join(key.only)} alone.")


def _of_the_key(key: Key, workspace: str) -> None:
    if key.workspace.name != workspace:
        raise HttpError(404, f"There is no workspace {workspace!r} for this key.")
