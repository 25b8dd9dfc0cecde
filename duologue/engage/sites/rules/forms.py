"""What a form says, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.engage.parents.rules import ADDRESS as PARENT
from duologue.engage.parents.rules import CHILD
from duologue.engage.sites.rules.page import REACHES
from duologue.kit.ids import digest16
from duologue.kit.pipeline import Refused
from duologue.people.consent import ages
from duologue.people.identifiers.rules import normalise
from duologue.people.profiles.places import country_code
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from duologue.engage.contributions.rules import GivenByForm
    from duologue.engage.sites.rules.page import Form

LONGEST: Final = 200
TRAP: Final = "website"  # a field that nobody sees, and that machines fill in
WHICH: Final = "which"  # the form of a page that was sent
RESERVED: Final = (TRAP, WHICH, "form", "shown", PARENT)
TELLS_AGE: Final = ("birthday", "old_enough")
ANSWERS: Final = ("yes", "no")


class Filled(msgspec.Struct, frozen=True):
    """A form as it was sent: addresses and names by field, purposes whose box was ticked, answers to the survey's questions.

    `facts` are what answers fill, each with the purposes it may be used for; `granted` the purposes that answers agree to, with the
    question that was answered. `given` is by question what is to be shown, and `photos` a digest of each picture among it.
    """

    fields: dict[str, str]
    asked: tuple[str, ...] = ()
    answers: dict[str, Any] = {}
    facts: dict[str, tuple[Any, tuple[str, ...]]] = {}
    granted: dict[str, str] = {}
    given: dict[str, GivenByForm] = {}
    photos: dict[str, str] = {}


def read_fields(
    form: Form, given: Mapping[str, Sequence[str]], country: str, today: date, known: Collection[str] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the fields of a form say, and for those that cannot be taken why: needed, not_an_address, not_a_date, or not_an_option.

    Where something is agreed to, what asks for the age has to be answered. What is `known` already is not asked for.
    """
    fields: dict[str, str] = {}
    faults: dict[str, str] = {}
    for place, field in enumerate(form.asks):
        if field in known:
            continue
        value = next((one.strip()[:LONGEST].replace("\x00", "") for one in given.get(field, ()) if one.strip()), "")
        if not value:
            if place == 0 or (field in TELLS_AGE and any(f"consent-{purpose}" in given for purpose in form.consent)):
                faults[field] = "needed"
            continue
        if field == "birthday" and ages.birth_of(value, today) is None:
            faults[field] = "not_a_date"
            continue
        if field == "old_enough" and value not in ANSWERS:
            faults[field] = "not_an_option"
            continue
        if field in REACHES:
            try:
                normalise(field, value, country)
            except Refused:
                faults[field] = "not_an_address"
                continue
        fields[field] = value
    return fields, faults


def needs_parent(fields: Mapping[str, str], ticked: Sequence[str], country: str, today: date) -> bool:
    """Say whether someone has agreed to something, and is too young to do so alone by what the form asks."""
    return bool(ticked) and ages.is_too_young(fields, _country(fields, country), today)


def _country(fields: Mapping[str, str], country: str) -> str:
    return country_code(fields.get("country", "")) or country


def too_young_until(fields: Mapping[str, str], country: str, today: date) -> str:
    """Return the day from which who sends a form may agree alone, by what this form says; "" where that is today."""
    said = [(key, fields[key], today) for key in TELLS_AGE if key in fields]
    day = ages.of_age_on(said, _country(fields, country))
    return day.isoformat() if day is not None and today < day else ""


def calls(name: str, which: str, form: Form, filled: Filled, at: datetime, *, version: int, country: str = "") -> list[dict[str, Any]]:
    """Return a form of the site `name` as calls of the tracking API: who it is, that it was sent, and the consents given by it alone.

    Nobody has proved any address yet, so only the one that the form asks for first says whose it is; a second one is kept as a fact,
    or else whoever knows one address of a person could join another to it. Of an age that is too young in the form's country, else in
    this one, only until when is said. The same form sent again within ten minutes counts once.
    """
    first = form.asks[0]
    address = {first: filled.fields[first]}
    ten_minutes = f"{at:%Y-%m-%dT%H:%M}"[:-1]
    said = msgspec.json.encode([filled.fields, filled.asked, filled.answers, filled.photos], order="sorted").decode()

    def key(what: str) -> str:
        return f"form:{digest16(name, which, what, ten_minutes, said).hex()}"

    context = {"traits": address}
    asked = tuple(dict.fromkeys([*filled.asked, *filled.granted]))
    properties = {"site": name, "version": version, "asked": list(asked), "answers": filled.answers} | ({"form": which} if which else {})
    if filled.given:
        properties["given"] = msgspec.to_builtins(filled.given)
    second = {f"{field}_given": value for field, value in filled.fields.items() if field in REACHES and field != first}
    about = {**{field: value for field, value in filled.fields.items() if field not in REACHES}, **address, **second}
    about |= {fact: value for fact, (value, purposes) in filled.facts.items() if not purposes}
    until = too_young_until(filled.fields, country, at.date())
    if until:
        about |= {ages.UNTIL: until}
    if PARENT in filled.facts:  # the letter to the parent says what this form says, and nothing else that is known
        about |= {CHILD: filled.fields.get("first_name") or filled.fields.get("name") or ""}
    found: list[dict[str, Any]] = [{"type": "identify", "messageId": key("who"), "traits": about, "timestamp": at.isoformat()}]
    for fact, (value, purposes) in filled.facts.items():
        if purposes:
            for_these = {"purposes": list(purposes), **context}
            found.append(
                {"type": "identify", "messageId": key(f"fact {fact}"), "traits": {fact: value}, "context": for_these}
                | {"timestamp": at.isoformat()}
            )
    found.append(
        {"type": "track", "event": names.FORM_SENT, "messageId": key("sent"), "context": context, "timestamp": at.isoformat()}
        | {"properties": properties}
    )
    for purpose in () if form.confirm else asked:
        statement = {
            "channel": "email" if first == "email" else "sms",
            "purpose": purpose,
            "source": f"site {name}",
            "wording": form.consent.get(purpose) or filled.granted[purpose],
            "version": version,
            **({ages.UNTIL: until} if until else {}),
        }
        call = {"type": "track", "event": names.CONSENT_GRANTED, "messageId": key(purpose), "context": context}
        found.append(call | {"timestamp": at.isoformat(), "properties": statement})
    return found
