"""Who may call: a management key, in its own workspace, with the right that an operation asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer

from duologue.platform.staff.models import Key
from duologue.platform.staff.queries import key_for
from duologue.platform.staff.rules import Right, may

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace


class Problem(Schema):
    """Why a request was refused, in a sentence."""

    detail: Any


REFUSALS: dict[int, type[Problem]] = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
"""The refusals that every operation may answer with."""


class ManagementKey(HttpBearer):
    """`Authorization: Bearer KEY`, where the key was made by `duologue key create NAME --kind manage --role ROLE`."""

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:
        """Return the key, or None for a 401; a workspace that is not the key's own does not exist for it, whatever was sent along."""
        key = key_for(token)
        if key is None or key.kind != Key.Kind.MANAGE:
            return None
        match = request.resolver_match
        _of_the_key(key, match.kwargs.get("workspace", key.workspace.name) if match else key.workspace.name)
        return key


def room(request: HttpRequest, workspace: str, right: Right) -> Workspace:
    """Return the key's workspace when it is the one asked for and the key's role has the right.

    To a key of another workspace this one does not exist (404); a lesser role is refused (403).
    """
    key: Key = request.auth  # type: ignore[attr-defined]
    _of_the_key(key, workspace)
    if not may(key.role, right):
        raise HttpError(403, f"This key's role is {key.role!r}, which may not {right.value}.")
    return key.workspace


def _of_the_key(key: Key, workspace: str) -> None:
    if key.workspace.name != workspace:
        raise HttpError(404, f"There is no workspace {workspace!r} for this key.")
