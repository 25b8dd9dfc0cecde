"""How a message is worded, by the brand book in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from duologue.brand.book.queries import current as current_book
from duologue.brand.wording.queries import reading
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.messages.rules import source, worded

if TYPE_CHECKING:
    from duologue.brand.wording.queries import Reading
    from duologue.platform.workspaces.models import Workspace


def path_of(name: str) -> str:
    """Return the path that a message has in a plan folder, by which what was accepted in it is kept."""
    return f"messages/{name}.yaml"


def wording_of(workspace: Workspace, name: str) -> Reading | None:
    """Return what to look at in the words of the message in force; None where there is none of this name."""
    number = Message.within(workspace).filter(name=name).values("current")[:1]
    kept = MessageVersion.within(workspace).filter(message__name=name, number=number).values_list("data", flat=True).first()
    return _reading(workspace, msgspec.convert(kept["message"], source.Message), name) if kept else None


def wording_of_text(workspace: Workspace, text: str, name: str) -> Reading:
    """Return what to look at in the words of a message that is being written. Raises Mistakes."""
    return _reading(workspace, source.read_message(name, text), name)


def _reading(workspace: Workspace, message: source.Message, name: str) -> Reading:
    return reading(workspace, path_of(name), worded.wording(message, current_book(workspace), workspace.locale))
