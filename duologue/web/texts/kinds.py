"""The kinds of text that are written on screen: how each is read, what is shown of it, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from duologue.web.texts import dialogues, messages, offers, surveys

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

    Inserts = tuple[tuple[str, str], ...]


@dataclass(slots=True, frozen=True)
class Kind:
    """One kind.

    `text` returns what is kept by a name, `shown` what a template shows of a text that is being written, `keep` puts a text in force and
    returns its version's number; the last two raise Mistakes.
    """

    word: str
    place: str
    lead: str
    beginning: str
    inserts: Inserts
    text: Callable[[Workspace, str], str | None]
    shown: Callable[[Workspace, str, str], dict[str, Any]]
    keep: Callable[[Workspace, str, str, datetime], int] | None = None
    pinned: str = ""
    """By which word a dialogue's version keeps the numbers of what it names of this kind."""
    every: str = ""
    """The address of the page that lists all of it."""
    one: str = ""
    """The address of the page of one; "" where its text is its page."""
    begin: Callable[[Workspace], str] | None = None
    """What makes the example fit the workspace."""
    as_read: bool = False
    """Whether it can be shown as a person would read it."""

    @property
    def folder(self) -> str:
        """Return where its files stand in a plan folder."""
        return f"{self.word}s"


KINDS: Final[dict[str, Kind]] = {
    kind.word: kind
    for kind in (
        Kind(
            word="dialogue",
            place="strategize/dialogues",
            lead="What we say, and what follows from what comes back, or does not.",
            beginning=dialogues.BEGINNING,
            begin=dialogues.beginning,
            inserts=dialogues.INSERTS,
            text=dialogues.text,
            shown=dialogues.shown,
            every="strategize:dialogues",
            one="strategize:dialogue",
        ),
        Kind(
            word="message",
            place="engage/messages",
            lead="A subject and a letter in Markdown. Each time it is kept it becomes a new version.",
            beginning=messages.BEGINNING,
            inserts=messages.INSERTS,
            text=messages.text,
            shown=messages.shown,
            keep=messages.keep,
            pinned="messages",
            every="engage:messages",
            one="engage:message",
            as_read=True,
        ),
        Kind(
            word="survey",
            place="strategize/dialogues",
            lead="Questions, why we ask them, what is given in return, and where the answers go.",
            beginning=surveys.BEGINNING,
            inserts=surveys.INSERTS,
            text=surveys.text,
            shown=surveys.shown,
            keep=surveys.keep,
            pinned="surveys",
            every="strategize:dialogues",
        ),
        Kind(
            word="offer",
            place="strategize/offers",
            lead="A perk as we mean it: what it is worth, how long it lasts, and how much of it there is.",
            beginning=offers.BEGINNING,
            inserts=offers.INSERTS,
            text=offers.text,
            shown=offers.shown,
            keep=offers.keep,
            pinned="offers",
            every="strategize:offers",
            one="strategize:offer",
        ),
    )
}
