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
    agreeing: Mapping[str, str] | None = None,
    photos: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Return each question of `only` with its options, what is filled in and what is wrong with it.

    `agreeing` are the words beside the box of a question that asks for something to be shown; `photos` those that came with the form, as
    text for it to keep. Of an address, or a photo, that was given before only that is known.
    """
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
                "value": "" if before is True else next(iter(chosen), ""),
                "agreeing": (agreeing or {}).get(key, ""),
                "agreed": f"{key}-agree" in filled,
                "photo": (photos or {}).get(key, ""),
                "has_photo": question.kind == "photo" and (before is True or key in (photos or {})),
                "fault": words.get(faults.get(key, ""), ""),
            }
        )
    return questions
