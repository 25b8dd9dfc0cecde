"""A survey that is being written: its questions, and how they are worded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.brand.book.queries import current as current_book
from duologue.brand.wording.queries import reading
from duologue.kit.yaml import canonical
from duologue.platform.database.versions import in_force
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.rules.worded import wording
from duologue.strategize.dialogues.surveys import read_whole, take_survey

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

BEGINNING: Final = """survey: taste
title: What do you like?
in_return: A better letter next time
questions:
  likes:
    ask: What do you drink most?
    why: So that we write to you about that, and not about the rest.
    options: {tea: Tea, coffee: Coffee, both: Both}
    fills: {fact: likes, purposes: [promotions]}
thanks: Thank you. We will keep it in mind.
"""
INSERTS: Final = (
    ("one of several", "pick: {ask: Which one?, options: {a: This one, b: That one}}"),
    ("some of several", "some: {ask: Which ones?, kind: many, options: {a: This one, b: That one}}"),
    ("in their own words", "words: {ask: What would you change?, kind: text}"),
    ("from 1 to 5", "taste: {ask: How did you like it?, kind: scale}"),
    ("would they recommend us", "recommend: {ask: Would you recommend us?, kind: nps}"),
    ("a day", "day: {ask: When is your birthday?, kind: date, why: To send you something on that day.}"),
    ("a number", "cups: {ask: How many cups a day?, kind: number}"),
)


def text(workspace: Workspace, name: str) -> str | None:
    """Return a survey's text; None where there is none of this name."""
    kept = in_force(SurveyVersion, workspace, name)
    return (kept.source or canonical(kept.data)) if kept else None


def shown(workspace: Workspace, name: str, source: str) -> dict[str, Any]:
    """Return a survey with how it is worded. Raises Mistakes, also where it fills a topic or a consent that is not there."""
    survey = read_whole(workspace, name, source)
    path = f"surveys/{name}.yaml"
    return {"survey": survey, "wording": reading(workspace, path, wording(survey, current_book(workspace), workspace.locale)), "path": path}


def keep(workspace: Workspace, name: str, source: str, now: datetime) -> int:
    """Keep a survey; return its version's number. Raises Mistakes."""
    return take_survey(workspace=workspace, name=name, source=source, now=now).number
