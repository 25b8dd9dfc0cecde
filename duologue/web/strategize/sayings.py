"""The first words of each message and survey a dialogue uses, with what is personal in them marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.engage.messages.models import MessageVersion
from duologue.strategize.dialogues.models import SurveyVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import DialogueVersion
    from duologue.strategize.dialogues.rules.plan import Plan

MOST_CHARACTERS = 220
TAG = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}", re.DOTALL)
MARKS = re.compile(r"^[#>*\-\s]+|[*`]+|(?<!\w)_|_(?!\w)|!\[[^\]]*\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)")

NAMED = {"expires_at": "the day it ends", "called": "their name"}
OURS = {"brand.name": "our name", "brand.footer": "our address"}
OURS_ALONE = re.compile(r"\{\{\s*brand\.name\s*\}\}")
BUTTON = re.compile(r"\[([^\]]+)\]\([^)]*\)")
SIGNED = re.compile(r"(?:[^\W\d_][\w.'\u2019-]*[ ,&]*){1,3}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words; personal ones come from a person's facts."""

    text: str
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """What a message says first."""

    name: str
    subject: str
    pieces: tuple[Piece, ...]
    kind: str = "message"
    buttons: tuple[str, ...] = ()


def sayings(workspace: Workspace, plan: Plan | None, version: DialogueVersion | None) -> dict[str, Saying]:
    """Return by name the first words of every message and survey of the plan; of pinned versions where there are pins."""
    if plan is None:
        return {}
    messages = {turn.message for turn in plan.turns.values() if turn.message}
    surveys = {turn.survey for turn in plan.turns.values() if turn.survey}
    pins = version.pins if version else {}
    found = {name: message_says(name, data) for name, data in message_versions(workspace, messages, pins.get("messages") or {})}
    rows = SurveyVersion.within(workspace).filter(name__in=surveys).order_by("name", "-number").distinct("name")
    for row in rows:
        found.setdefault(row.name, survey_says(row.name, row.data))
    return found


def message_says(name: str, data: dict[str, Any]) -> Saying:
    """Return the first words of a message, as it is kept or written in a plan folder."""
    return Saying(name, str(_said(data).get("subject", "")), first_words(_text(data)), buttons=buttons(_text(data)))


def survey_says(name: str, data: dict[str, Any]) -> Saying:
    """Return the first question of a survey, as it is kept or written in a plan folder."""
    questions = data.get("questions") or {}
    first = next(iter(questions.values()), {}) if isinstance(questions, dict) else (questions[0] if questions else {})
    asked = first.get("ask", "") if isinstance(first, dict) else ""
    return Saying(name, "", first_words(str(asked)), "survey")


def message_versions(workspace: Workspace, names: set[str], pins: dict[str, int]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Return messages by name as they are kept: of the pinned versions, else of those in force."""
    rows = MessageVersion.within(workspace).filter(message__name__in=names).select_related("message").order_by("number")
    chosen: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.number == pins.get(row.message.name, row.message.current):
            chosen[row.message.name] = row.data.get("message") or {}
    return chosen.items()


def _said(data: dict[str, Any]) -> dict[str, Any]:
    email = data.get("email")
    return email if isinstance(email, dict) else data


def _text(data: dict[str, Any]) -> str:
    said = _said(data)
    body = str(said.get("body") or "")
    if not body and said.get("mjml"):
        body = " ".join(re.findall(r"<mj-text[^>]*>(.*?)</mj-text>", str(said["mjml"]), re.DOTALL))
        body = re.sub(r"<[^>]+>", " ", body)
    return body or str(said.get("text") or "")


def buttons(text: str) -> tuple[str, ...]:
    """Return the words of the links that stand on a line of their own: mail shows them as buttons."""
    return tuple(found.group(1) for line in text.splitlines() if (found := BUTTON.fullmatch(line.strip())))


def first_words(text: str) -> tuple[Piece, ...]:
    """Return the first paragraphs, without buttons and signature, cut at a word, in pieces; a personal one by the name of what it says."""
    written = [line.strip() for line in text.strip().splitlines() if line.strip() and not BUTTON.fullmatch(line.strip())]
    if len(written) > 1 and (SIGNED.fullmatch(written[-1]) or OURS_ALONE.fullmatch(written[-1])):
        written.pop()
    return pieces("\n".join(written), most=MOST_CHARACTERS)


def pieces(text: str, *, most: int = 0) -> tuple[Piece, ...]:
    """Return a text without its marks in pieces, a personal one by the name of what it says; cut at a word after `most` characters."""
    lines = (MARKS.sub(lambda mark: mark.group(1) or "", line.strip()) for line in text.splitlines())
    joined = " ".join(line for line in lines if line)
    found: list[Piece] = []
    at, length = 0, 0
    for tag in [*TAG.finditer(joined), None]:
        plain = joined[at : tag.start() if tag else len(joined)]
        if most and length + len(plain) > most:
            return (*found, Piece(plain[: max(most - length, 0)].rsplit(" ", 1)[0] + " …"))
        if plain:
            found.append(Piece(plain))
            length += len(plain)
        if tag is not None:
            at = tag.end()
            if tag.group(1):
                path = tag.group(1).split("|")[0].strip()
                if path in OURS:
                    found.append(Piece(OURS[path]))
                    continue
                found.append(Piece(NAMED.get(last := path.rsplit(".", 1)[-1]) or last.replace("_", " "), personal=True))
    return tuple(found)
