"""What came of it, over HTTP: the same documents that pages and files show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import Path, Router
from ninja.errors import HttpError

from duologue.api.v1.access import REFUSALS, room
from duologue.measure.buyers.queries import buyers
from duologue.measure.growth.queries import growth
from duologue.measure.growth.tasks import keep_for_page
from duologue.measure.reports import groups
from duologue.measure.reports.messages import of_message
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

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


@router.get("/growth", response={200: dict[str, Any], **REFUSALS}, operation_id="get_growth")
def get_growth(request: HttpRequest, workspace: Path[str]) -> dict[str, Any]:
    """Return how the list grew per week, and how many people may be contacted for each purpose."""
    here = room(request, workspace, Right.LOOK)
    keep_for_page(here, now(here))
    return growth(here)


@router.get("/buyers", response={200: dict[str, Any], **REFUSALS}, operation_id="get_buyers")
def get_buyers(request: HttpRequest, workspace: Path[str]) -> dict[str, Any]:
    """Return by the month of the first order how many bought again, and their revenue, as last counted."""
    return buyers(room(request, workspace, Right.LOOK))


@router.get("/results/{by}", response={200: dict[str, Any], **REFUSALS}, operation_id="get_results")
def get_results(request: HttpRequest, workspace: Path[str], by: Path[str]) -> dict[str, Any]:
    """Return what came of all that serves the same campaign, promise, persona or stage."""
    here = room(request, workspace, Right.LOOK)
    try:
        return groups.by(here, by)
    except ValueError as wrong:
        raise HttpError(404, str(wrong)) from wrong
