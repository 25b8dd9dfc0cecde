"""The texts of a survey, read as the brand book would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.wording.rules.passages import Passage
from duologue.brand.wording.rules.reading import in_order, read
from duologue.brand.wording.rules.requests import options, questions

if TYPE_CHECKING:
    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding
    from duologue.strategize.dialogues.rules.survey import Survey


def wording(survey: Survey, book: Book, locale: str) -> list[Finding]:
    """Return what to look at in a survey's words, what is against the brand book first."""
    counted = [
        one
        for key, question in survey.questions.items()
        for one in options(f"questions.{key}.options", question.ask, len(question.choices))
    ]
    counted += questions("questions", survey.title or survey.survey, len(survey.questions))
    return in_order([*read(passages(survey, locale), book), *counted])


def passages(survey: Survey, locale: str) -> list[Passage]:
    """Return a survey's texts with their places."""
    language = locale.partition("-")[0].lower()
    texts = {"title": survey.title, "in_return": survey.in_return, "thanks": survey.thanks}
    for key, question in survey.questions.items():
        texts |= {f"questions.{key}.ask": question.ask, f"questions.{key}.why": question.why}
        if isinstance(question.options, dict):
            texts |= {f"questions.{key}.options.{value}": says for value, says in question.options.items()}
        else:
            texts |= {f"questions.{key}.options.{place}": says for place, says in enumerate(question.options)}
    return [Passage(field, text, language, is_long=field == "thanks") for field, text in texts.items() if text]
