"""Broadcasts over HTTP: making one, checking it, sending it, stopping it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from ninja import Path, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import REFUSALS, Plain, note_by, plain, room
from duologue.api.v1.once import once
from duologue.api.v1.texts import Wrong
from duologue.engage.broadcasts import actions, queries
from duologue.engage.broadcasts.rules.asking import missing
from duologue.engage.broadcasts.rules.texts import VARIANTS, Broadcast
from duologue.engage.messages.checks import check_message
from duologue.engage.messages.queries import NoSuchMessage
from duologue.engage.runs.actions import NotPossible, pause
from duologue.engage.runs.launch import launch_sheet
from duologue.engage.templates.liquid import ContentFailed
from duologue.kit.yaml import Mistakes
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["broadcasts"])
WEIGHED: Final = 100_000  # people weighed while somebody waits
Short = Annotated[Plain, Field(max_length=300)]
Long = Annotated[Plain, Field(max_length=50_000)]
Hours = Annotated[int, Field(ge=1, le=168)]
Share = Annotated[float, Field(ge=0, lt=100)]


class BroadcastLine(Schema):
    """A broadcast or newsletter, where it stands, its letters by state, and when it leaves next."""

    name: str
    about: str
    standing: str
    letters: dict[str, int]
    next_at: datetime | None


class BroadcastWishes(Schema):
    """What a broadcast says, to whom, and when. Shares are in hundredths; 0 is none.

    `message` names a message there is; without it `subject`, `preview` and `body` (Markdown) make one. `subjects` are up to three that are
    tried beside it, on `share` of the people, for `hours`, by what `by` says; of a message there is, `tries` names its variants.
    `when` is now, at (then `day` and `time`) or every (then `rule`, an RRULE, and `time`).
    """

    about: Short = ""
    segment: Short
    purpose: Short
    campaign: Short = ""
    message: Short = ""
    subject: Short = ""
    preview: Short = ""
    body: Long = ""
    subjects: list[Short] = Field(default_factory=list, max_length=len(VARIANTS))
    tries: list[Short] = Field(default_factory=list, max_length=10)
    share: Share = 20
    hours: Hours = 4
    by: Literal["responses", "goal", "stays"] = "responses"
    when: Literal["now", "at", "every"] = "now"
    day: Short = ""
    time: Short = "10:00"
    rule: Short = ""
    clock: Literal["person", "workspace"] = "person"
    pace: int = Field(0, ge=0, le=100_000_000)
    warm_from: int = Field(0, ge=0, le=10_000_000)
    doubling: int = Field(1, ge=1, le=60)
    warm_to: int = Field(0, ge=0, le=100_000_000)
    warm_per: Literal["receiving", "sending"] = "receiving"
    first: int = Field(100, ge=0, le=1_000_000)
    first_hours: Hours = 2
    limits: dict[Literal["bounced", "reported", "left"], Share] = Field(default={"bounced": 5.0, "reported": 0.3, "left": 2.0})
    archive: bool = False
    holdout: Share = 0


class NewBroadcast(BroadcastWishes):
    """The same with a name."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")


class FindingLine(Schema):
    """Something to look at in the message: `tone` is bad or warn."""

    tone: str
    about: str
    says: str
    do: str


class Sheet(Schema):
    """What would become of its people if it were sent now: `people` = `now` + all of `later` + all of `never`."""

    people: int
    now: int
    later: dict[str, int]
    never: dict[str, int]
    also: dict[str, int]


class Checked(Schema):
    """What to know before sending. Of a segment that is very large, or not counted yet, there is no `sheet`.

    `missed` names zones in which the moment has passed.
    """

    findings: list[FindingLine]
    trouble: str
    missed: list[str]
    segment_size: int
    sheet: Sheet | None


@router.get("", response={200: list[BroadcastLine], **REFUSALS}, operation_id="list_broadcasts")
def list_broadcasts(request: HttpRequest, workspace: Path[str]) -> list[dict[str, Any]]:
    """Return the newest broadcasts and newsletters, a hundred at most."""
    here = room(request, workspace, Right.LOOK)
    return [_line(one) for one in queries.broadcasts(here, now(here))]


@router.post("", response={201: BroadcastLine, **REFUSALS}, operation_id="add_broadcast")
@decorate_view(once)
def add_broadcast(request: HttpRequest, workspace: Path[str], body: NewBroadcast) -> Status[dict[str, Any]]:
    """Make a broadcast, and publish it with its message; nobody is written to before it is sent. 409 where that cannot be."""
    here = room(request, workspace, Right.EDIT)
    return Status(201, _save(request, here, body.name, body, is_new=True))


@router.get("/{name}", response={200: BroadcastLine, **REFUSALS}, operation_id="get_broadcast")
def get_broadcast(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Return one broadcast."""
    return _line(_known(room(request, workspace, Right.LOOK), name))


@router.put("/{name}", response={200: BroadcastLine, **REFUSALS}, operation_id="change_broadcast")
@decorate_view(once)
def change_broadcast(request: HttpRequest, workspace: Path[str], name: Path[str], body: BroadcastWishes) -> dict[str, Any]:
    """Say anew what a broadcast is. 409 where it has begun to leave."""
    here = room(request, workspace, Right.EDIT)
    _known(here, name)
    return _save(request, here, name, body, is_new=False)


@router.get("/{name}/check", response={200: Checked, **REFUSALS}, operation_id="check_broadcast")
def check_broadcast(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Return what to know before sending: what to look at in the letter, and what would become of everyone it is for."""
    here = room(request, workspace, Right.LOOK)
    one = _known(here, name)
    at = now(here)
    (turn,) = one.plan.turns.values()
    findings, trouble = [], ""
    try:
        findings = check_message(here, turn.message or "", audience=one.plan.audience)
    except (NoSuchMessage, ContentFailed) as failed:
        trouble = str(failed)
    segment = Segment.within(here).filter(name=one.plan.audience).first()
    small = segment is not None and segment.size <= WEIGHED and segment.swept_revision >= segment.revision
    sheet = launch_sheet(workspace=here, name=name, now=at) if small else None
    return {
        "findings": [{"tone": found.tone, "about": found.about, "says": found.says, "do": found.do} for found in findings],
        "trouble": trouble,
        "missed": actions.passed(here, one.plan, at),
        "segment_size": segment.size if segment else 0,
        "sheet": asdict(sheet) if sheet else None,
    }


@router.post("/{name}/send", response={200: BroadcastLine, **REFUSALS}, operation_id="send_broadcast")
@decorate_view(once)
def send_broadcast(request: HttpRequest, workspace: Path[str], name: Path[str]) -> Status[dict[str, Any]]:
    """Make a broadcast live: it leaves at its moment."""
    here = room(request, workspace, Right.PUBLISH)
    _known(here, name)
    try:
        actions.send(workspace=here, name=name, now=now(here))
    except (NotPossible, Mistakes) as refusal:
        return Status(409, {"detail": str(refusal)})
    note_by(request, here, "send broadcast", name)
    return Status(200, _line(_known(here, name)))


@router.post("/{name}/stop", response={200: BroadcastLine, **REFUSALS}, operation_id="stop_broadcast")
@decorate_view(once)
def stop_broadcast(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Let no further letter leave until its dialogue is resumed. One that is not under way stays as it is."""
    here = room(request, workspace, Right.PUBLISH)
    _known(here, name)
    if pause(workspace=here, name=name, because="stopped over the API", now=now(here)):
        note_by(request, here, "stop broadcast", name)
    return _line(_known(here, name))


def _save(request: HttpRequest, here: Workspace, name: str, body: BroadcastWishes, *, is_new: bool) -> dict[str, Any]:
    said = body.dict() | {"name": name, "subjects": tuple(body.subjects), "tries": tuple(body.tries)}
    one = Broadcast(**said)
    if one.message:
        one = replace(one, subjects=())
    if faults := missing(one):
        raise HttpError(422, " ".join(f"{field}: {sentence}" for field, sentence in faults.items()))
    try:
        actions.save(workspace=here, broadcast=one, now=now(here), is_new=is_new)
    except NotPossible as refusal:
        raise HttpError(409, str(refusal)) from refusal
    except Mistakes as found:
        raise Wrong(found) from found
    note_by(request, here, "save broadcast", name)
    return _line(_known(here, name))


def _known(here: Workspace, name: str) -> queries.Found:
    found = queries.find(here, plain(name), now(here))
    if found is None:
        raise HttpError(404, f"There is no broadcast {name!r}.")
    return found


def _line(one: queries.Found) -> dict[str, Any]:
    return {
        "name": one.dialogue.name,
        "about": one.dialogue.about,
        "standing": one.standing,
        "letters": one.letters,
        "next_at": one.next_at,
    }
