"""Segments over HTTP: which there are, how large they are, and whom they pick."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any

from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from duologue.api.v1.access import MOST_NUMBER, REFUSALS, plain, room
from duologue.people.identifiers.queries import identifiers_of
from duologue.platform.staff.rules import Right
from duologue.strategize.segments.models import Segment, SegmentMember

if TYPE_CHECKING:
    from django.http import HttpRequest

router = Router(tags=["segments"])
LISTED = 200


class SegmentLine(Schema):
    """A segment; `size` is how many it picked when it was last counted, at `counted_at`."""

    name: str
    about: str
    size: int
    counted_at: datetime | None


class Member(Schema):
    """Somebody in a segment, with what they are known by."""

    person: int
    since: datetime
    identifiers: dict[str, list[str]]


class Members(Schema):
    """Some members by number, and the number after which to read on; nothing at the end."""

    people: list[Member]
    after: int | None


@router.get("", response={200: list[SegmentLine], **REFUSALS}, operation_id="list_segments")
def list_segments(request: HttpRequest, workspace: Path[str]) -> list[dict[str, Any]]:
    """Return the segments of the workspace by name."""
    rows = Segment.within(room(request, workspace, Right.LOOK)).order_by("name")
    return [{"name": one.name, "about": one.about, "size": one.size, "counted_at": one.swept_at} for one in rows]


@router.get("/{name}/people", response={200: Members, **REFUSALS}, operation_id="list_segment_people")
def list_segment_people(request: HttpRequest, workspace: Path[str], name: Path[str], after: Query[int] = 0) -> dict[str, Any]:
    """Return who is in a segment, two hundred at once, by number."""
    here = room(request, workspace, Right.EXPORT_PEOPLE)
    segment = Segment.within(here).filter(name=plain(name)).first()
    if segment is None:
        raise HttpError(404, f"There is no segment {name!r}.")
    rows = SegmentMember.within(here).filter(segment=segment, member=True, person__gt=max(0, min(after, MOST_NUMBER)))
    found = list(rows.order_by("person").values_list("person", "since")[: LISTED + 1])
    shown = found[:LISTED]
    known = identifiers_of(here, [person for person, _ in shown], ["email", "phone", "external", "card"])
    people = [{"person": person, "since": since, "identifiers": known.get(person, {})} for person, since in shown]
    return {"people": people, "after": shown[-1][0] if len(found) > LISTED else None}
