"""What a person's own page shows: facts with their source, consents with their words, what was said, perks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from duologue.engage.perks.queries import of_person
from duologue.people.consent import ages
from duologue.people.consent.queries import ages_known, purposes, standing
from duologue.people.consent.rules import GRANTED, PARENT
from duologue.people.models import ConsentStatement, Fact, Objection
from duologue.people.timeline import names
from duologue.people.timeline.persons import latest
from duologue.web.public.choices import BY
from duologue.web.templatetags.look import words as as_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.people.consent.models import Purpose
    from duologue.web.public.access import Visit

MOST: Final = 100  # lines of a kind; the file holds all
BY_COLLEAGUES: Final = frozenset({*ages.WEIGHED, "parent_email", "child_name", "email", "phone"})
"""What people cannot put right by themselves: it says who they are, or who must be asked for them."""
SAID: Final = {
    names.MESSAGE_SENT: "own_sent",
    names.LINK_CLICKED: "own_clicked",
    names.MESSAGE_REPLIED: "own_replied",
    names.SURVEY_ANSWERED: "own_answered",
    names.FORM_SENT: "own_form",
    names.ORDER_COMPLETED: "own_ordered",
}
ABOUT: Final = ("message", "survey", "site", "order_id")


@dataclass(slots=True, frozen=True)
class KnownFact:
    """A fact as the page shows it; `kind` is yesno, number or text, or empty where it can only be objected to."""

    key: str
    value: Any
    source: str
    at: datetime
    purposes: list[str]
    kind: str
    label: str
    is_held: bool = False  # it keeps a child from being written to: only colleagues change it
    fault: str = ""


def held_back(visit: Visit) -> frozenset[str]:
    """Return the facts that say that someone is too young, or where: what protects them is not to be wished away by themselves.

    What only a form says is not proven, so it takes nothing else out of their hands.
    """
    person = visit.person.person
    of_age_on, forms = ages_known(visit.workspace, [person]).get(person, (None, []))
    said = standing(visit.workspace, [person])[person].said
    days = [visit.now.date(), *(one.aged_at.date() for one in said if one.state == GRANTED and one.channel != PARENT)]
    held = {ages.UNTIL, "parent_email"} if forms else set()
    if of_age_on is not None and min(days) < of_age_on:
        held |= ages.FACTS | {"country", "parent_email"}
    return frozenset(held)


def kind_of(key: str, value: Any) -> str:
    """Return how a fact can be put right."""
    if key in BY_COLLEAGUES or key.endswith("_given"):
        return ""
    if isinstance(value, bool):
        return "yesno"
    return "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else ""


def facts_of(visit: Visit, faults: Mapping[str, str], filled: Mapping[str, str]) -> list[KnownFact]:
    """Return what is known, by key, the newest where profiles differ; what cannot be taken is shown as it was written."""
    titles = {name: one.title for name, one in purposes(visit.workspace).items()}
    held = held_back(visit)
    newest: dict[str, Fact] = {}
    for one in Fact.within(visit.workspace).filter(profile__in=visit.person.profile_ids).order_by("key", "at"):
        newest[one.key] = one
    return [
        KnownFact(
            key,
            filled.get(key, one.value),
            one.source,
            one.at,
            [titles.get(name, name) for name in one.purposes],
            "" if key in held else kind_of(key, one.value),
            visit.words["language"] if key == "locale" else visit.words.get(f"field_{key}") or as_words(key).capitalize(),
            key in held,
            visit.words.get(faults.get(key, ""), ""),
        )
        for key, one in newest.items()
        if not key.startswith("topic.")
    ]


def read_value(before: Any, given: str) -> Any:
    """Return a corrected value of the same kind as before; raises ValueError with the name of the words that say what is wrong."""
    text = given.replace("\x00", "").strip()[:4000]
    if not text:
        raise ValueError("own_empty")
    if isinstance(before, bool):
        if text not in {"yes", "no"}:
            raise ValueError("not_an_option")
        return text == "yes"
    if isinstance(before, int | float):
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise ValueError("not_a_number") from None
        if not abs(number) < 1e15:  # also what is no number at all
            raise ValueError("not_a_number")
        return int(number) if number.is_integer() else number
    return text


def consents_of(visit: Visit) -> list[dict[str, Any]]:
    """Return what the person allowed or took back, the latest first, in the words that were shown."""
    known = purposes(visit.workspace)
    rows = ConsentStatement.within(visit.workspace).filter(profile__in=visit.person.profile_ids).order_by("-at", "-number")[:MOST]
    return [
        {
            "title": _title(known, one.purpose),
            "by": visit.words.get(BY.get(one.channel, "by_parent"), one.channel),
            "state": visit.words[f"own_{one.state}"],
            "said": one,
        }
        for one in rows
    ]


def _title(known: Mapping[str, Purpose], name: str) -> str:
    return str(known[name].title) if name in known else name


def said_of(visit: Visit) -> list[tuple[datetime, str, str]]:
    """Return what they were sent and what they did, the latest first: when, what, about what."""
    found = []
    for one in latest(visit.workspace, visit.person.profile_ids, names=SAID, most=MOST):
        said = json.loads(one.properties)
        if one.name == names.LINK_CLICKED and str(said.get("human")).lower() == "false":
            continue
        found.append((one.occurred_at, visit.words[SAID[one.name]], _about(said)))
    return found


def _about(said: Mapping[str, Any]) -> str:
    """Return what an event is about: a name of ours in words, an order's number as it is."""
    key = next((key for key in ABOUT if said.get(key)), "")
    return as_words(said[key]) if key in {"message", "survey", "site"} else str(said.get(key, ""))


def perks_of(visit: Visit) -> list[dict[str, Any]]:
    """Return the perks they have or had."""
    return of_person(visit.workspace, visit.person.profile_ids)[:MOST]


def unwanted_of(visit: Visit) -> list[str]:
    """Return the keys of what they do not want to be kept."""
    held = Objection.within(visit.workspace).filter(profile__in=visit.person.profile_ids)
    return list(held.order_by("key").values_list("key", flat=True).distinct())
