"""Conversations over HTTP: what waits for an answer, what was said, answering, noting and closing."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any, Literal

from ninja import Path, Query, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import MOST_NUMBER, REFUSALS, note_by, room
from duologue.api.v1.once import once
from duologue.engage.conversations import actions, queries
from duologue.kit.pipeline import Refused
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.engage.conversations.models import Conversation
    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["conversations"])
MOST = 200
WORDS = r"^[^\x00]*\S[^\x00]*$"


class ConversationLine(Schema):
    """A conversation of the queue; `due_at` is by when it should be answered or closed."""

    id: int
    person: int
    name: str
    state: str
    team: str
    intent: str
    is_complaint: bool
    priority: int
    due_at: datetime | None
    touched_at: datetime
    outcome: str
    last_words: str


class EntryLine(Schema):
    """One thing that was said (in, out), or a note beside it; `trouble` says why an answer did not arrive, as `withheld: suppressed`."""

    id: int
    at: datetime
    direction: str
    channel: str
    subject: str
    text: str
    trouble: str


class Whole(Schema):
    """A conversation with its last two hundred entries, oldest first."""

    id: int
    state: str
    team: str
    is_complaint: bool
    outcome: str
    entries: list[EntryLine]


class Words(Schema):
    """What is said or noted."""

    text: str = Field(min_length=1, max_length=20_000, pattern=WORDS)


class Outcome(Schema):
    """How a conversation ended; the dialogue that handed it over hears this word."""

    outcome: str = Field(min_length=1, max_length=40, pattern=WORDS)


class Answered(Schema):
    """The delivery by which an answer leaves."""

    delivery: int


class Closed(Schema):
    """Whether it was open until now."""

    closed: bool


@router.get("", response={200: list[ConversationLine], **REFUSALS}, operation_id="list_conversations")
def list_conversations(request: HttpRequest, workspace: Path[str], state: Query[Literal["open", "closed"]] = "open") -> list[Any]:
    """Return open conversations, what is due first at the head, or closed ones, last touched first; two hundred at most."""
    return queries.inbox(room(request, workspace, Right.SEE_PEOPLE), state=state, limit=MOST)


@router.get("/{number}", response={200: Whole, **REFUSALS}, operation_id="get_conversation")
def get_conversation(request: HttpRequest, workspace: Path[str], number: Path[int]) -> dict[str, Any]:
    """Return one conversation with what was said."""
    here = room(request, workspace, Right.SEE_PEOPLE)
    one = _known(here, number)
    fields = ("id", "at", "direction", "channel", "subject", "text", "trouble")
    said = [{name: getattr(entry, name) for name in fields} for entry in queries.entries(here, one.pk)]
    return {"id": one.pk, "state": one.state, "team": one.team, "is_complaint": one.is_complaint, "outcome": one.outcome, "entries": said}


@router.post("/{number}/answer", response={201: Answered, **REFUSALS}, operation_id="answer_conversation")
@decorate_view(once)
def answer_conversation(request: HttpRequest, workspace: Path[str], number: Path[int], body: Words) -> Status[dict[str, Any]]:
    """Answer on the channel the person last wrote on; 409 where they cannot be reached."""
    here = room(request, workspace, Right.CARE)
    one = _known(here, number)
    try:
        delivery = actions.answer(workspace=here, conversation=one.pk, text=body.text, now=now(here))
    except Refused as refusal:
        return Status(409, {"detail": refusal.sentence})
    note_by(request, here, "answer conversation", str(one.pk))
    return Status(201, {"delivery": delivery})


@router.post("/{number}/note", response={201: EntryLine, **REFUSALS}, operation_id="note_conversation")
@decorate_view(once)
def note_conversation(request: HttpRequest, workspace: Path[str], number: Path[int], body: Words) -> Status[Any]:
    """Write something beside a conversation that only staff see."""
    here = room(request, workspace, Right.CARE)
    one = _known(here, number)
    entry = actions.note(workspace=here, conversation=one.pk, text=body.text, now=now(here))
    note_by(request, here, "note conversation", str(one.pk))
    return Status(201, entry)


@router.post("/{number}/close", response={200: Closed, **REFUSALS}, operation_id="close_conversation")
@decorate_view(once)
def close_conversation(request: HttpRequest, workspace: Path[str], number: Path[int], body: Outcome) -> dict[str, Any]:
    """Close a conversation, and lift the pause that a complaint set. Closing it again changes nothing."""
    here = room(request, workspace, Right.CARE)
    one = _known(here, number)
    closed = actions.close(workspace=here, conversation=one.pk, outcome=body.outcome.strip(), now=now(here))
    if closed:
        note_by(request, here, "close conversation", str(one.pk), outcome=body.outcome.strip()[:40])
    return {"closed": closed}


def _known(here: Workspace, number: int) -> Conversation:
    found = queries.conversation(here, number) if 0 < number < MOST_NUMBER else None
    if found is None:
        raise HttpError(404, "There is no such conversation.")
    return found
