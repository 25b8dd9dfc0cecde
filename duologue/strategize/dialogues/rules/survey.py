"""A survey: questions, and what their answers fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from duologue.kit.typed import as_json, read_typed
from duologue.strategize.dialogues.rules.conditions import condition
from duologue.strategize.dialogues.rules.reads import paths_in

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place

KINDS = ("one", "many", "text", "quote", "photo", "scale", "nps", "number", "date", "contact")
WORDS = frozenset({"text", "quote"})
"""Answers in people's own words; a quote is asked for to be shown to others."""
MOST_PHOTOS = 4
GIVEN = frozenset({"quote", "photo"})
"""What is asked for to be shown to others; a consent that such a question fills is a box of its own beside it."""
SAYS_NO = frozenset({"no", "nein", "none", "false", "0"})


class Fills(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an answer goes: a fact (with the purposes it may be used for), a topic, or a consent."""

    fact: str = ""
    purposes: tuple[str, ...] = ()
    topic: str = ""
    consent: str = ""


class Question(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One question. `options` are values with what they say, {moved: "I moved away"}, or a list of words that say it all."""

    ask: str
    kind: str = "one"
    why: str = ""
    options: dict[str, str] | tuple[str, ...] = {}
    fills: Fills | None = None
    when: dict[str, Any] = {}
    skip_if_known: bool = False
    needed: bool = False

    @property
    def choices(self) -> dict[str, str]:
        """Return the options as values and what they say."""
        return self.options if isinstance(self.options, dict) else {word: word for word in self.options}


class QuestionWords(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a question says in another language; `options` by the values of the question's own."""

    ask: str = ""
    why: str = ""
    options: dict[str, str] = {}


class SurveyWords(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a survey says in another language; what is left out stays as it is."""

    title: str = ""
    about: str = ""
    thanks: str = ""
    in_return: str = ""
    questions: dict[str, QuestionWords] = {}


class Survey(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Questions by key, in the order they are asked. `in_return` is what is promised: an offer's name or a text.

    With `at_once` so many are asked at a time, and what is known already never: the rest comes bit by bit.
    """

    survey: str
    questions: dict[str, Question]
    title: str = ""
    about: str = ""
    in_return: str = ""
    thanks: str = ""
    at_once: int = 0
    locales: dict[str, SurveyWords] = {}


def says_no(value: Any) -> bool:
    """Say whether an answer to a question of yes and no is a no."""
    return str(value).lower() in SAYS_NO


def said_in(survey: Survey, locale: str) -> Survey:
    """Return a survey as it reads in a language, or in the wider one that it belongs to; else as it is written."""
    words = survey.locales.get(locale) or survey.locales.get(locale.split("-", maxsplit=1)[0])
    if words is None:
        return survey
    questions = {key: _question_in(one, words.questions.get(key, QuestionWords())) for key, one in survey.questions.items()}
    return msgspec.structs.replace(
        survey,
        questions=questions,
        title=words.title or survey.title,
        about=words.about or survey.about,
        thanks=words.thanks or survey.thanks,
        in_return=words.in_return or survey.in_return,
    )


def _question_in(question: Question, words: QuestionWords) -> Question:
    options = {value: words.options.get(value, label) for value, label in question.choices.items()}
    return msgspec.structs.replace(question, ask=words.ask or question.ask, why=words.why or question.why, options=options)


def read_survey(text: str, file: str = "") -> Survey:
    """Return the survey a text describes; raises Mistakes."""
    return read_typed(text, file, Survey, "A survey", _check)


def to_json(survey: Survey) -> dict[str, Any]:
    """Return a survey as JSON values, with the order of its questions and options, which a database's maps do not keep."""
    data = as_json(survey)
    for key, question in survey.questions.items():
        if isinstance(question.options, dict) and question.options:
            data["questions"][key]["order"] = list(question.options)
    return {**data, "order": list(survey.questions)}


def from_json(data: dict[str, Any]) -> Survey:
    """Return the survey that `to_json` wrote."""
    order = data.get("order", list(data["questions"]))
    questions = {key: _in_order(data["questions"][key]) for key in order}
    return msgspec.convert({**{key: value for key, value in data.items() if key != "order"}, "questions": questions}, Survey)


def _in_order(question: dict[str, Any]) -> dict[str, Any]:
    if "order" not in question:
        return question
    options = {value: question["options"][value] for value in question["order"]}
    return {**{key: value for key, value in question.items() if key != "order"}, "options": options}


def _check(document: Document, survey: Survey) -> None:
    if not survey.questions:
        document.refuse(("questions",), "A survey asks at least one question.")
    photos = [key for key, question in survey.questions.items() if question.kind == "photo"]
    for key in photos[MOST_PHOTOS:]:
        document.refuse(("questions", key), f"A survey asks for {MOST_PHOTOS} photos at most; ask for this one by another survey.")
    if survey.at_once < 0:
        document.refuse(("at_once",), "`at_once` is how many questions are asked at a time: a number from 1 up.")
    for locale, words in survey.locales.items():
        _check_words(document, ("locales", locale), words, survey)
    before: set[str] = set()
    for key, question in survey.questions.items():
        _check_question(document, ("questions", key), question)
        if question.when:
            _check_when(document, ("questions", key, "when"), question.when, before)
        before.add(key)


def _check_words(document: Document, place: Place, words: SurveyWords, survey: Survey) -> None:
    for key, said in words.questions.items():
        if key not in survey.questions:
            document.refuse((*place, "questions", key), f"There is no question {key!r}.")
            continue
        for value in said.options.keys() - survey.questions[key].choices.keys():
            document.refuse((*place, "questions", key, "options", value), f"The question {key!r} has no option {value!r}.")


def _check_when(document: Document, place: Place, when: Any, before: set[str]) -> None:
    condition(document, place, when, bare=False)
    for path in paths_in(when):
        root, _, rest = path.partition(".")
        if root not in {"answer", "person"}:
            document.refuse(place, f"`when` of a question asks about person. and answer., not {path!r}.")
        elif root == "answer" and rest not in before:
            document.refuse(place, f"`when` asks about the answer {rest!r}, but no question before this one has that name.")


def _check_question(document: Document, place: Place, question: Question) -> None:
    if question.kind not in KINDS:
        document.refuse((*place, "kind"), f"`kind` is one of {', '.join(KINDS)}, not {question.kind!r}.")
    if question.kind in {"one", "many"} and len(question.choices) < 2:
        document.refuse(place, f"A question of the kind {question.kind} needs at least two `options`.")
    if question.kind not in {"one", "many"} and question.options:
        document.refuse((*place, "options"), f"A question of the kind {question.kind} has no `options`.")
    fills = question.fills
    if fills is not None and not (fills.fact or fills.topic or fills.consent):
        document.refuse((*place, "fills"), "`fills` names a fact, a topic or a consent.")
    elif fills is not None and question.kind == "contact" and (fills.topic or fills.consent):
        document.refuse((*place, "fills"), "An address fills a fact; whether one may write to it is asked by `ask: {consent: PURPOSE}`.")
    elif fills is not None and question.kind == "photo" and (fills.fact or fills.topic):
        document.refuse((*place, "fills"), "A photo fills a consent: the purpose by which it may be shown.")
