"""What a text describes and is kept in versions, over HTTP: surveys, campaigns, placements, occasions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any, Final

from ninja import Path, Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import REFUSALS, Plain, note_by, plain, room
from duologue.api.v1.once import once
from duologue.engage.runs.moving import put_occasion_in_force
from duologue.kit.yaml import Mistakes
from duologue.platform.database.versions import NamedVersion, all_in_force, in_force
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.campaigns.actions import take_campaign
from duologue.strategize.campaigns.models import CampaignVersion
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.surveys import take_survey
from duologue.strategize.occasions.models import OccasionVersion
from duologue.strategize.placements.actions import take_placement
from duologue.strategize.placements.models import PlacementVersion

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

LONGEST: Final = 100_000


class Text(Schema):
    """The text, in the YAML of a plan folder's file."""

    source: Plain = Field(min_length=1, max_length=LONGEST)


class VersionLine(Schema):
    """The version in force, and since when."""

    name: str
    version: int
    since: datetime


class VersionWhole(VersionLine):
    """The same with what it says, as values and as the text it came as (empty where it came otherwise)."""

    data: dict[str, Any]
    source: str


class WrongLine(Schema):
    """What is wrong with a text, and in which line of it."""

    line: int
    sentence: str


@dataclass(slots=True, frozen=True)
class _Kind:
    model: type[NamedVersion]
    take: Callable[..., NamedVersion]


KINDS: Final = {
    "survey": _Kind(SurveyVersion, take_survey),
    "campaign": _Kind(CampaignVersion, take_campaign),
    "placement": _Kind(PlacementVersion, take_placement),
    "occasion": _Kind(OccasionVersion, put_occasion_in_force),
}


def wrong(found: Mistakes) -> list[dict[str, Any]]:
    """Return what is wrong with a text, as `WrongLine` says it."""
    return [{"line": one.line, "sentence": one.sentence} for one in found.mistakes]


def _router(what: str, kind: _Kind) -> Router:
    router = Router(tags=[f"{what}s"])

    @router.get("", response={200: list[VersionLine], **REFUSALS}, operation_id=f"list_{what}s", description=f"Return the {what}s by name.")
    def all_of_them(request: HttpRequest, workspace: Path[str]) -> list[Any]:
        rows = all_in_force(kind.model, room(request, workspace, Right.LOOK))
        return [{"name": row.name, "version": row.number, "since": row.since} for row in rows]

    @router.get(
        "/{name}",
        response={200: VersionWhole, **REFUSALS},
        operation_id=f"get_{what}",
        description=f"Return what is in force of one {what}.",
    )
    def one_of_them(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
        row = in_force(kind.model, room(request, workspace, Right.LOOK), plain(name))
        if row is None:
            raise HttpError(404, f"There is no {what} {name!r}.")
        return _whole(row)

    @router.put(
        "/{name}",
        response={200: VersionWhole, **REFUSALS},
        operation_id=f"save_{what}",
        description=f"Put what a text says of a {what} in force, as a new version; the same again changes nothing. "
        "What is wrong is told with its line (422).",
    )
    @decorate_view(once)
    def save_one(request: HttpRequest, workspace: Path[str], name: Path[str], body: Text) -> dict[str, Any]:
        here = room(request, workspace, Right.PUBLISH)
        try:
            row = kind.take(workspace=here, name=plain(name), source=body.source, now=now(here))
        except Mistakes as found:
            raise Wrong(found) from found
        note_by(request, here, f"save {what}", row.name, version=row.number)
        return _whole(row)

    return router


class Wrong(Exception):
    """A text cannot be taken; it is answered with 422 and the list of what is wrong."""

    def __init__(self, found: Mistakes) -> None:
        super().__init__(str(found))
        self.lines = wrong(found)


def _whole(row: NamedVersion) -> dict[str, Any]:
    return {"name": row.name, "version": row.number, "since": row.since, "data": row.data, "source": row.source}


ROUTERS: Final = {what: _router(what, kind) for what, kind in KINDS.items()}
