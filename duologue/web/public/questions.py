"""The questions of a survey as a page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.web.public.answers import SCALES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from duologue.strategize.dialogues.rules.survey import Survey


def shown(
    asked: Survey,
    filled: Mapping[str, Any],
    faults: Mapping[str, str],
    words: Mapping[str, str],
    *,
    only: Collection[str],
) -> list[dict[str, Any]]:
    """Return each question of `only` with its options, what is filled in and what is wrong with it."""
    questions = []
    for key, question in asked.questions.items():
        if key not in only:
            continue
        before = filled.get(key, [])
        chosen = {str(value) for value in before} if isinstance(before, list) else {str(before)}
        options = question.choices or {str(step): str(step) for step in SCALES.get(question.kind, ())}
        questions.append(
            {
                "key": key,
                "question": question,
                "options": [(value, label, value in chosen) for value, label in options.items()],
                "value": next(iter(chosen), ""),
                "fault": words.get(faults.get(key, ""), ""),
            }
        )
    return questions
