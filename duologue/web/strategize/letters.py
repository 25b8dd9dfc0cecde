"""Every word that a dialogue says, whole: what is signed on the storyboard."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from babel import Locale

from duologue.engage.messages.rules.source import Message, contents
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.surveys import survey_of
from duologue.web.strategize.sayings import Piece, message_versions, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.engage.messages.rules.source import Content
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import DialogueVersion
    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.dialogues.rules.survey import Survey

PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n")
TAGS: Final = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Text:
    """One wording of a letter: in which language and variant ("" the plain one), and its paragraphs in pieces."""

    where: str
    subject: tuple[Piece, ...]
    preview: str
    paragraphs: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A message or a survey with all that it says, and the turns that say it."""

    name: str
    turns: tuple[str, ...]
    texts: tuple[Text, ...] = ()
    survey: Survey | None = None


def letters(workspace: Workspace, plan: Plan, version: DialogueVersion | None) -> list[Said]:
    """Return the messages and surveys of a plan in the order its turns name them, of pinned versions where there are pins."""
    pins = version.pins if version else {}
    said_at: dict[str, list[str]] = {}
    asked_at: dict[str, list[str]] = {}
    for turn in plan.turns.values():
        for name, turns in ((turn.message, said_at), (turn.survey, asked_at)):
            if name:
                turns.setdefault(name, []).append(turn.name)
    kept = dict(message_versions(workspace, set(said_at), pins.get("messages") or {}))
    found = [
        Said(name, tuple(turns), tuple(_texts(msgspec.convert(kept[name], Message)))) for name, turns in said_at.items() if name in kept
    ]
    return found + [
        Said(name, tuple(asked_at[name]), survey=survey) for name, survey in _surveys(workspace, set(asked_at), pins.get("surveys") or {})
    ]


def _surveys(workspace: Workspace, names: set[str], pins: dict[str, int]) -> Iterator[tuple[str, Survey]]:
    for row in SurveyVersion.within(workspace).filter(name__in=names).order_by("name", "-number"):
        if row.number == pins.get(row.name, row.number) and row.name in names:
            names.discard(row.name)
            yield row.name, survey_of(row)


def _texts(message: Message) -> Iterator[Text]:
    for (locale, variant), content in contents(message).items():
        language = Locale.parse(locale, sep="-").get_display_name("en") if locale else ""
        where = ", ".join(part for part in (language or "", f"variant {variant}" if variant else "") if part)
        yield Text(where, pieces(content.subject), content.preview, tuple(pieces(one) for one in _paragraphs(content)))


def _paragraphs(content: Content) -> list[str]:
    text = content.body or TAGS.sub(" ", content.mjml) or content.text
    return [one.strip() for one in PARAGRAPHS.split(text) if one.strip()]
