"""What came of it, over HTTP: the same documents that pages and files show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import Path, Router
from ninja.errors import HttpError

from duologue.api.v1.access import REFUSALS, room
from duologue.measure.reports.messages import of_message
from duologue.platform.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest

router = Router(tags=["measure"])


@router.get("/messages/{name}/received", response={200: dict[str, Any], **REFUSALS}, operation_id="get_received")
def get_received(request: HttpRequest, workspace: Path[str], name: Path[str], within: str = "") -> dict[str, Any]:
    """Return how a message was received: links, receiving domains, variants, and why people left by it."""
    found = of_message(room(request, workspace, Right.LOOK), name, within)
    if found is None:
        raise HttpError(404, f"No report has counted a message named {name!r} yet.")
    return found
