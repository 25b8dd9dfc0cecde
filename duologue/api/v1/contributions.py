"""Contributions over HTTP: what people gave to be shown, showing it, declining it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpResponse
from ninja import Path, Query, Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import MOST_NUMBER, REFUSALS, Plain, note_by, room
from duologue.api.v1.once import once
from duologue.engage.contributions import actions, queries
from duologue.engage.contributions.models import Contribution
from duologue.kit.pipeline import Refused
from duologue.people.profiles.queries import persons_of
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["contributions"])
LISTED = 200
State = Literal["waiting", "published", "declined", "withdrawn"]
PICTURE: dict[str, Any] = {"responses": {200: {"description": "OK", "content": {"image/jpeg": {}}}}}


class ContributionLine(Schema):
    """Something a person gave; `permitted` says whether they agree to its being shown, by what they say now.

    `came_at` is given back on publishing, so that nothing is shown that took its place since.
    """

    id: int
    person: int
    kind: Literal["photo", "quote", "review"]
    state: State
    text: str
    stars: int | None
    came_at: str
    shown_as: str
    reason: str
    decided_at: datetime | None
    permitted: bool


class Contributions(Schema):
    """Some contributions, the newest first, and the number before which to read on; nothing at the end."""

    contributions: list[ContributionLine]
    before: int | None


class Showing(Schema):
    """The `came_at` of what was looked at, and the name it is shown under (none: without a name)."""

    seen: str = Field(max_length=40)
    shown_as: Plain = Field(default="", max_length=80)


class Because(Schema):
    """Why it is not shown."""

    reason: Plain = Field(min_length=1, max_length=200)


@router.get("", response={200: Contributions, **REFUSALS}, operation_id="list_contributions")
def list_contributions(
    request: HttpRequest, workspace: Path[str], state: Query[State] = "waiting", before: Query[int] = MOST_NUMBER
) -> dict[str, Any]:
    """Return contributions of one state, the newest first, two hundred at once."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    rows = Contribution.within(here).filter(state=state, pk__lt=max(0, min(before, MOST_NUMBER)))
    found = list(rows.order_by("-pk")[: LISTED + 1])
    shown = found[:LISTED]
    return {"contributions": _lines(here, shown), "before": shown[-1].pk if len(found) > LISTED else None}


@router.get("/{number}", response={200: ContributionLine, **REFUSALS}, operation_id="get_contribution")
def get_contribution(request: HttpRequest, workspace: Path[str], number: Path[int]) -> dict[str, Any]:
    """Return one contribution."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    return _line(here, number)


@router.get(
    "/{number}/photo", response={200: Any, **REFUSALS}, operation_id="get_contribution_photo", openapi_extra=PICTURE, include_in_schema=True
)
def get_contribution_photo(request: HttpRequest, workspace: Path[str], number: Path[int]) -> HttpResponse:
    """Return the photo of a contribution, as JPEG."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    content = queries.photo(here, number) if 0 < number < MOST_NUMBER else None
    if content is None:
        raise HttpError(404, "There is no photo of such a contribution.")
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.post("/{number}/publish", response={200: ContributionLine, **REFUSALS}, operation_id="publish_contribution")
@decorate_view(once)
def publish_contribution(request: HttpRequest, workspace: Path[str], number: Path[int], body: Showing) -> dict[str, Any]:
    """Show a contribution to everybody. 409 where its person has not agreed, took it back, or gave something else since."""
    here = room(request, workspace, Right.CARE)
    known = _line(here, number)
    try:
        actions.publish(workspace=here, contribution=known["id"], seen=body.seen, shown_as=body.shown_as.strip(), staff=None, now=now(here))
    except Refused as refusal:
        raise HttpError(409, refusal.sentence) from refusal
    note_by(request, here, "publish contribution", str(number))
    return _line(here, number)


@router.post("/{number}/decline", response={200: ContributionLine, **REFUSALS}, operation_id="decline_contribution")
@decorate_view(once)
def decline_contribution(request: HttpRequest, workspace: Path[str], number: Path[int], body: Because) -> dict[str, Any]:
    """Leave a contribution unshown, or show it no longer; it goes after a while."""
    here = room(request, workspace, Right.CARE)
    known = _line(here, number)
    try:
        actions.decline(workspace=here, contribution=known["id"], reason=body.reason, staff=None, now=now(here))
    except Refused as refusal:
        raise HttpError(409, refusal.sentence) from refusal
    note_by(request, here, "decline contribution", str(number))
    return _line(here, number)


def _line(here: Workspace, number: int) -> dict[str, Any]:
    row = Contribution.within(here).filter(pk=number).first() if 0 < number < MOST_NUMBER else None
    if row is None:
        raise HttpError(404, "There is no such contribution.")
    return _lines(here, [row])[0]


def _lines(here: Workspace, rows: Sequence[Contribution]) -> list[dict[str, Any]]:
    whose = persons_of(here, [row.profile_id for row in rows])
    allowed = queries.permitted(here, rows)
    same = ("kind", "state", "text", "stars", "shown_as", "reason", "decided_at")
    return [
        {
            **{name: getattr(row, name) for name in same},
            "id": row.pk,
            "person": whose.get(row.profile_id, 0),
            "came_at": row.came_at.isoformat(),
            "permitted": row.pk in allowed,
        }
        for row in rows
    ]
