"""Reading what a person answered: each value checked against its question."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from duologue.engage.channels.email.incoming.intents.scoring import ADDRESS_LIKE
from duologue.kit.pipeline import Refused
from duologue.people.identifiers.rules import normalise
from duologue.strategize.dialogues.rules.survey import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duologue.strategize.dialogues.rules.survey import Question, Survey

MOST_TEXT = 4000
SCALES = {"scale": range(1, 6), "nps": range(11)}


def read_answers(survey: Survey, given: Mapping[str, Sequence[str]], country: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers by question, and for those that cannot be taken which words tell the person so.

    A question left empty is left out, unless it is needed. A telephone number without its country is one of `country`. Photos are no
    part of this: `giving.read_photos` reads them.
    """
    answers: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key, question in survey.questions.items():
        if question.kind == "photo":
            continue
        values = [value.strip()[:MOST_TEXT] for value in given.get(key, ()) if value.strip()]
        if not values:
            if question.needed:
                faults[key] = "needed"
            continue
        try:
            answers[key] = _read(question, values, country)
        except ValueError as fault:
            faults[key] = str(fault)
    return answers, faults


def _read(question: Question, values: list[str], country: str) -> Any:
    """Return the value of one answer; raises ValueError with the name of the words that say what is wrong."""
    value = values[0].replace("\x00", "")
    if question.kind in {"one", "many"}:
        if any(one not in question.choices for one in values):
            raise ValueError("not_an_option")
        return value if question.kind == "one" else list(dict.fromkeys(values))
    if question.kind in SCALES:
        if not (value.isascii() and value.isdigit()) or int(value) not in SCALES[question.kind]:
            raise ValueError("not_an_option")
        return int(value)
    if question.kind == "contact":
        try:
            return normalise(contact_kind(value), value, country)
        except Refused:
            raise ValueError("not_a_contact") from None
    if question.kind == "number":
        return _number(value)
    if question.kind == "date":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise ValueError("not_a_date") from None
    return value


def _number(value: str) -> int | float:
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        raise ValueError("not_a_number") from None
    if not math.isfinite(number) or abs(number) > 1e15:
        raise ValueError("not_a_number")
    return int(number) if number.is_integer() else number


def contact_kind(value: str) -> str:
    """Return which kind of address somebody has given."""
    return "email" if "@" in value else "phone"


def told(survey: Survey, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as the timeline may hold them: of an address, or a photo, only that it was given."""
    return {key: True if survey.questions[key].kind in {"contact", "photo"} else value for key, value in answers.items()}


def without_addresses(survey: Survey, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as `told`, with people's own words without the addresses and numbers among them."""
    words = {key: ADDRESS_LIKE.sub("…", value) if survey.questions[key].kind in WORDS else value for key, value in answers.items()}
    return told(survey, words)


def contacts(survey: Survey, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the addresses among answers by the fact they are kept as; they are not proved, so none says whose a profile is."""
    found = {}
    for key, value in answers.items():
        question = survey.questions[key]
        if question.kind == "contact":
            fact = question.fills.fact.removeprefix("person.") if question.fills else ""
            found[fact or f"{contact_kind(value)}_given"] = value
    return found
