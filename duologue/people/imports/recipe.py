"""Recipes: how the columns of a file become people and events, as YAML that says so and no more."""

from __future__ import annotations

import io
from datetime import date  # noqa: TC003  msgspec reads it at run time
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from duologue.kit.pipeline import Refused
from duologue.people.identifiers.rules import KINDS

As = Literal["text", "number", "whole", "date", "yes_no", "list"]
Value = str | int | float | bool


class Made(msgspec.Struct, forbid_unknown_fields=True):
    """A value made from columns: `from` is text with {Column} in it, `as` what kind of value it is."""

    from_: str = msgspec.field(name="from")
    as_: As = msgspec.field(name="as", default="text")
    format: str = ""


class Test(msgspec.Struct, forbid_unknown_fields=True):
    """A test of one column's value; all that is given must hold."""

    is_: Value | None = msgspec.field(name="is", default=None)
    not_: Value | None = msgspec.field(name="not", default=None)
    one_of: list[Value] | None = None
    starts: str | None = None
    over: float | None = None
    under: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    known: bool | None = None


Where = dict[str, Value | Test]


class Skip(msgspec.Struct, forbid_unknown_fields=True):
    """Lines that are passed over, counted under a reason."""

    because: str
    where: Where


class Time(msgspec.Struct, forbid_unknown_fields=True):
    """When it happened: a column, how it is written (strptime; ISO 8601 without it), and the zone of its clock."""

    column: str
    format: str = ""
    zone: str = "UTC"


class Consent(msgspec.Struct, forbid_unknown_fields=True):
    """A consent statement that each line (where `where` holds) makes; `source` says where it was given (default: the recipe's)."""

    channel: str
    purpose: str
    state: Literal["granted", "withdrawn", "refused"] = "granted"
    where: Where = {}
    wording: str = ""
    source: str = ""
    at: Time | None = None


class Group(msgspec.Struct, forbid_unknown_fields=True):
    """Lines that make one event: those with the same value in a column, found near each other."""

    by: str
    lines: str = "products"
    item: dict[str, str | Made] = {}
    quantity: str = ""
    price: str = ""


class EventRule(msgspec.Struct, forbid_unknown_fields=True):
    """Which event a line or a group of lines becomes; the first whose `when` holds is taken.

    `total` names the property that gets the sum of quantity times price, without its sign.
    """

    event: str
    when: Where = {}
    properties: dict[str, str | Made] = {}
    total: str = ""


class Recipe(msgspec.Struct, forbid_unknown_fields=True):
    """What a file holds and how it is read."""

    kind: Literal["people", "events"]
    source: str
    about: str = ""
    external_id: str = ""
    identifiers: dict[str, str] = {}
    facts: dict[str, str | Made] = {}
    purposes: list[str] = []
    consent: list[Consent] = []
    clean: dict[str, Literal["whole", "lower", "upper", "digits"]] = {}
    skip: list[Skip] = []
    time: Time | None = None
    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None
    arrive: Literal["now", "in_time"] = "now"
    currency: str = ""
    group: Group | None = None
    events: list[EventRule] = []


COMMON: Final = {
    "email": ("email", "e-mail", "email address", "e-mail address", "mail"),
    "phone": ("phone", "mobile", "telephone", "phone number", "cell"),
}


def read_recipe(text: str) -> Recipe:
    """Read a recipe; raises Refused with a sentence that says where it is wrong."""
    try:
        plain = YAML(typ="safe", pure=True).load(io.StringIO(text))
        recipe = msgspec.convert(plain, Recipe, strict=True)
        for time in (recipe.time, *(one.at for one in recipe.consent)):
            ZoneInfo(time.zone if time else "UTC")
    except YAMLError as mistake:
        raise Refused("bad recipe", f"The recipe is not YAML: {str(mistake).splitlines()[0]}.") from mistake
    except msgspec.ValidationError as mistake:
        raise Refused("bad recipe", f"The recipe is wrong: {mistake}.") from mistake
    except (ZoneInfoNotFoundError, ValueError) as mistake:
        raise Refused("bad recipe", f"The recipe names a time zone that there is not: {mistake}.") from mistake
    unknown = set(recipe.identifiers) - set(KINDS)
    if unknown:
        raise Refused("bad recipe", f"'{min(unknown)}' is no kind of identifier; use one of {', '.join(KINDS)}.")
    if recipe.kind == "events" and not (recipe.events and recipe.time):
        raise Refused("bad recipe", "A recipe of events needs `events` and the `time` of each line.")
    return recipe


def guessed(headings: list[str], external_id: str, source: str) -> Recipe:
    """Return a recipe for a list of people by its headings alone: addresses by their usual names, all else as facts."""
    identifiers: dict[str, str] = {}
    facts: dict[str, str | Made] = {}
    for heading in headings:
        kind = next(
            (kind for kind, usual in COMMON.items() if heading.lower().replace("_", " ") in usual and kind not in identifiers), None
        )
        if kind:
            identifiers[kind] = f"{{{heading}}}"
        elif heading != external_id:
            facts[heading] = f"{{{heading}}}"
    return Recipe(kind="people", source=source, external_id=external_id, identifiers=identifiers, facts=facts)


def as_plain(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as plain values, to keep it beside what it made."""
    plain: dict[str, Any] = msgspec.to_builtins(recipe)
    return plain
