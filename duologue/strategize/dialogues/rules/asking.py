"""Which questions of a survey are asked: those whose `when` holds, by what is known and what was answered so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.predicate import holds
from duologue.strategize.dialogues.rules.context import Context
from duologue.strategize.dialogues.rules.state import Known

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.strategize.dialogues.rules.survey import Survey


def asked(survey: Survey, answers: Mapping[str, Any], facts: Mapping[str, Any], now: datetime) -> list[str]:
    """Return the questions to ask, in their order. An answer counts only while its own question is asked."""
    heard: dict[str, Any] = {}
    found = []
    for key, question in survey.questions.items():
        if question.when and not holds(question.when, Context(Known(0, 0, facts=facts), {"answer": heard}, now)):
            continue
        found.append(key)
        if key in answers:
            heard[key] = answers[key]
    return found
