"""A survey: questions, and what their answers fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from duologue.kit.typed import as_json, read_typed
from duologue.strategize.dialogues.rules.conditions import condition
from duologue.strategize.dialogues.rules.reads import paths_in

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place

KINDS = ("one", "many", "text", "quote", "scale", "nps", "number", "date")
NOT_YET = ("photo", "contact")
WORDS = frozenset({"text", "quote"})
"""Answers in people's own words; a quote is asked for to be shown to others."""


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


class Survey(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Questions by key, in the order they are asked. `in_return` is what is promised: an offer's name or a text."""

    survey: str
    questions: dict[str, Question]
    title: str = ""
    about: str = ""
    in_return: str = ""
    thanks: str = ""


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
    before: set[str] = set()
    for key, question in survey.questions.items():
        _check_question(document, ("questions", key), question)
        if question.when:
            _check_when(document, ("questions", key, "when"), question.when, before)
        before.add(key)


def _check_when(document: Document, place: Place, when: Any, before: set[str]) -> None:
    condition(document, place, when, bare=False)
    for path in paths_in(when):
        root, _, rest = path.partition(".")
        if root not in {"answer", "person"}:
            document.refuse(place, f"`when` of a question asks about person. and answer., not {path!r}.")
        elif root == "answer" and rest not in before:
            document.refuse(place, f"`when` asks about the answer {rest!r}, but no question before this one has that name.")


def _check_question(document: Document, place: Place, question: Question) -> None:
    if question.kind in NOT_YET:
        document.refuse((*place, "kind"), f"Questions of the kind `{question.kind}` are not yet understood.")
    elif question.kind not in KINDS:
        document.refuse((*place, "kind"), f"`kind` is one of {', '.join(KINDS)}, not {question.kind!r}.")
    if question.kind in {"one", "many"} and len(question.choices) < 2:
        document.refuse(place, f"A question of the kind {question.kind} needs at least two `options`.")
    if question.kind not in {"one", "many"} and question.options:
        document.refuse((*place, "options"), f"A question of the kind {question.kind} has no `options`.")
    fills = question.fills
    if fills is not None and not (fills.fact or fills.topic or fills.consent):
        document.refuse((*place, "fills"), "`fills` names a fact, a topic or a consent.")
