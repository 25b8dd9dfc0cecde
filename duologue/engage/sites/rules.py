"""What a site says and asks, and what becomes of a form that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from duologue.engage.parents.rules import ADDRESS as PARENT
from duologue.engage.parents.rules import CHILD
from duologue.kit.ids import digest16
from duologue.kit.pipeline import Refused
from duologue.kit.typed import read_typed
from duologue.people.consent import ages
from duologue.people.identifiers.rules import normalise
from duologue.people.profiles.places import country_code
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from duologue.kit.yaml import Document

ASKABLE: Final = ("email", "phone", "first_name", "last_name", "name", "company", "city", "postcode", "country", "birthday", "old_enough")
REACHES: Final = ("email", "phone")
LONGEST: Final = 200
TRAP: Final = "website"  # a field that nobody sees, and that machines fill in
RESERVED: Final = (TRAP, "form", PARENT)
TELLS_AGE: Final = ("birthday", "old_enough")
ANSWERS: Final = ("yes", "no")


class Site(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of the brand. `text` and `thanks` are Markdown.

    `asks` are the fields of its form, of which an address must be the first; `survey` adds the questions of a survey. `consent` maps
    purposes to the words shown beside their boxes, which are never ticked beforehand. With `confirm` the boxes grant nothing yet: the
    event says what was asked for, and a dialogue asks again at the address itself (double opt-in). `embed` lists the origins of the
    brand's own sites whose pages hold the form.
    """

    site: str
    title: str
    text: str = ""
    asks: tuple[str, ...] = ("email",)
    survey: str = ""
    consent: dict[str, str] = {}
    confirm: bool = True
    button: str = ""
    thanks: str = ""
    embed: tuple[str, ...] = ()


class Filled(msgspec.Struct, frozen=True):
    """A form as it was sent: addresses and names by field, purposes whose box was ticked, answers to the survey's questions."""

    fields: dict[str, str]
    asked: tuple[str, ...] = ()
    answers: dict[str, Any] = {}


def read_site(text: str, file: str = "") -> Site:
    """Return the site a text describes; raises Mistakes."""
    return read_typed(text, file, Site, "A site", _check)


def _check(document: Document, site: Site) -> None:
    if not site.asks or site.asks[0] not in REACHES:
        document.refuse(("asks",), f"A form asks first for an address: {' or '.join(REACHES)}.")
    for index, field in enumerate(site.asks):
        if field not in ASKABLE:
            document.refuse(("asks", index), f"A form can ask for {', '.join(ASKABLE)}, not {field!r}; for more, name a `survey`.")
    if len(set(site.asks)) < len(site.asks):
        document.refuse(("asks",), "A form asks for each thing once.")
    for index, origin in enumerate(site.embed):
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}".lower() or not parts.netloc:
            document.refuse(
                ("embed", index), f"{origin!r} is no origin; write it as in https://shop.example, in small letters, without a path."
            )


def read_fields(site: Site, given: Mapping[str, Sequence[str]], country: str, today: date) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the fields of a form say, and for those that cannot be taken why: needed, not_an_address, not_a_date, or not_an_option.

    Where something is agreed to, what asks for the age has to be answered.
    """
    fields: dict[str, str] = {}
    faults: dict[str, str] = {}
    for place, field in enumerate(site.asks):
        value = next((one.strip()[:LONGEST].replace("\x00", "") for one in given.get(field, ()) if one.strip()), "")
        if not value:
            if place == 0 or (field in TELLS_AGE and any(f"consent-{purpose}" in given for purpose in site.consent)):
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


def calls(site: Site, version: int, filled: Filled, at: datetime, facts: Mapping[str, Any], *, country: str = "") -> list[dict[str, Any]]:
    """Return a form as calls of the tracking API: who it is, that the form was sent, and the consents where no second asking follows.

    Nobody has proved any address yet, so only the one that the form asks for first says whose it is; a second one is kept as a fact,
    or else whoever knows one address of a person could join another to it. Of an age that is too young in the form's country, else in
    this one, only until when is said. The same form sent again within ten minutes counts once.
    """
    first = site.asks[0]
    address = {first: filled.fields[first]}
    ten_minutes = f"{at:%Y-%m-%dT%H:%M}"[:-1]
    said = msgspec.json.encode([filled.fields, filled.asked, filled.answers], order="sorted").decode()

    def key(what: str) -> str:
        return f"form:{digest16(site.site, what, ten_minutes, said).hex()}"

    context = {"traits": address}
    channel = "email" if first == "email" else "sms"
    properties = {"site": site.site, "version": version, "asked": list(filled.asked), "answers": filled.answers}
    second = {f"{field}_given": value for field, value in filled.fields.items() if field in REACHES and field != first}
    about = {**{field: value for field, value in filled.fields.items() if field not in REACHES}, **address, **second, **facts}
    until = too_young_until(filled.fields, country, at.date())
    if until:
        about |= {ages.UNTIL: until}
    if PARENT in facts:  # the letter to the parent says what this form says, and nothing else that is known
        about |= {CHILD: filled.fields.get("first_name") or filled.fields.get("name") or ""}
    found: list[dict[str, Any]] = [
        {"type": "identify", "messageId": key("who"), "traits": about, "timestamp": at.isoformat()},
        {"type": "track", "event": names.FORM_SENT, "messageId": key("sent"), "context": context, "timestamp": at.isoformat()}
        | {"properties": properties},
    ]
    for purpose in () if site.confirm else filled.asked:
        statement = {
            "channel": channel,
            "purpose": purpose,
            "source": f"site {site.site}",
            "wording": site.consent[purpose],
            "version": version,
            **({ages.UNTIL: until} if until else {}),
        }
        call = {"type": "track", "event": "Consent Granted", "messageId": key(purpose), "context": context, "timestamp": at.isoformat()}
        found.append(call | {"properties": statement})
    return found
