"""Which questions of a survey are asked: those whose `when` holds, by what is known and what was answered so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.predicate import holds
from duologue.people.consent.rules import topic_fact
from duologue.strategize.dialogues.rules.context import Context
from duologue.strategize.dialogues.rules.state import Known
from duologue.strategize.dialogues.rules.survey import says_no

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from duologue.strategize.dialogues.rules.survey import Question, Survey


def asked(
    survey: Survey,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    shown: Collection[str] = (),
) -> list[str]:
    """Return the questions to ask, in their order. An answer counts only while its own question is asked.

    What a question fills and is known already is not asked where the question or the survey says so, and counts as its answer. Of a
    survey that asks bit by bit, what was answered `before` is not asked again; those a page has `shown` are asked, else the next ones.
    """
    heard: dict[str, Any] = {}
    found = []
    for key, question in survey.questions.items():
        if question.when and not holds(question.when, Context(Known(0, 0, facts=facts), {"answer": heard}, now)):
            continue
        if key in answers:
            heard[key] = answers[key]
        elif (known := _known(survey, key, question, facts, before or {})) is not None:
            heard[key] = known
            continue
        found.append(key)
    if not survey.at_once:
        return found
    return [key for key in found if key in shown] if shown else found[: survey.at_once]


def _known(survey: Survey, key: str, question: Question, facts: Mapping[str, Any], before: Mapping[str, Any]) -> Any:
    if survey.at_once and before.get(key) is not None:
        return before[key]
    fills = question.fills
    if fills is None or not (question.skip_if_known or survey.at_once):
        return None
    if fills.fact:
        return facts.get(fills.fact.removeprefix("person."))
    wanted = facts.get(topic_fact(fills.topic)) if fills.topic else None
    if not isinstance(wanted, bool):
        return None
    return next((value for value in question.choices if says_no(value) is not wanted), wanted)
