"""What the answers to a survey say: the words of its options, by survey, question and value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.strategize.dialogues.models import SurveyVersion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

    Options = Mapping[str, Mapping[str, str]]


def options_of(workspace: Workspace, surveys: Collection[str]) -> dict[str, Options]:
    """Return the options of these surveys, as last published, by question and value."""
    if not surveys:
        return {}
    rows = SurveyVersion.within(workspace).filter(name__in=surveys).order_by("name", "-number").distinct("name")
    return {row.name: options_of_questions(row.data.get("questions")) for row in rows}


def options_in(workspace: Workspace, plan: Plan | None) -> dict[str, Options]:
    """Return the options of all surveys that a plan asks."""
    return options_of(workspace, {turn.survey for turn in plan.turns.values() if turn.survey}) if plan else {}


def in_words(value: Any, known: Mapping[str, str]) -> str:
    """Return an answer in the words of its options: 'moved' as 'I moved away'; several parted by 'or'."""
    if isinstance(value, list | tuple):
        return " or ".join(in_words(one, known) for one in value)
    return known.get(str(value), str(value).replace("_", " "))


def options_of_questions(questions: Any) -> Options:
    """Return the options of a survey's questions, as they are kept or written in a plan folder."""
    if not isinstance(questions, dict):
        return {}
    return {
        key: {str(value): str(words) for value, words in one["options"].items()}
        for key, one in questions.items()
        if isinstance(one, dict) and isinstance(one.get("options"), dict)
    }
