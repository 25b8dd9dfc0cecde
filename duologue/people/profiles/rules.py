"""Which shard a person falls into, what of a person may be told onwards, and how a name is made."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.ids import spread
from duologue.kit.text import WORD_LENGTH, folded, one_line, words
from duologue.people.profiles.places import country_code, known_locale, known_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHARDS: Final = 64

DIRECT: Final = frozenset(
    {
        "called", "name", "first_name", "last_name", "firstname", "lastname", "full_name", "fullname", "middle_name", "username",
        "email", "phone", "address", "street", "avatar", "birthday", "ip", "iban", "title_and_name",
        "birth_date", "birthdate", "date_of_birth", "parent_email", "child_name", "too_young_until",
    }
)  # fmt: skip
"""Facts that point at one person: their values stay out of the timeline, and so out of the lake."""

FINDABLE: Final = ("email", "external", "phone", "card", "handle")
"""Kinds of identifiers by whose words people are found."""
NAME_FACTS: Final = ("name", "full_name", "first_name", "last_name", "company")
"""Facts by whose words people are found."""
NAME_KEYS: Final = frozenset({"name", "full_name", "first_name", "last_name"})
OWN_COLUMNS: Final[dict[str, Callable[[Any], str]]] = {"locale": known_locale, "timezone": known_zone, "country": country_code}
"""Facts that are also kept on the profile itself, and how they are understood; and the name."""


def shard_of(person: int) -> int:
    """Return the shard (0 to 63) of a person; the same for ever."""
    return spread(person, 6)


@lru_cache(maxsize=4096)
def fact_key(key: str) -> str:
    """Return a fact's name as it is kept: Segment's camel case (`firstName`) becomes `first_name`."""
    out: list[str] = []
    for position, letter in enumerate(key):
        if letter.isupper() and position and (key[position - 1].islower() or key[position - 1].isdigit()):
            out.append("_")
        out.append(letter.lower() if letter.isalnum() else "_" if letter in " -_" else letter)
    return "".join(out).strip("_")[:80]


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed facts as the timeline may hold them: of direct ones only that they changed."""
    return {key: True if key in DIRECT else value for key, value in facts.items()}


def name_of(facts: Mapping[str, Any]) -> str:
    """Return the name shown to staff: the full name, or first and last name, or nothing."""
    full = facts.get("name") or facts.get("full_name")
    if not isinstance(full, str):
        full = " ".join(part for part in (facts.get("first_name"), facts.get("last_name")) if isinstance(part, str))
    return one_line(full)


def words_of(text: str) -> list[str]:
    """Return the words by which a profile with this text is found; an address also as a whole."""
    if "@" not in text:
        return words(text)
    return [folded(text)[:WORD_LENGTH], *words(text.rsplit("@", 1)[0])]


def words_beside(kind: str, value: str, shown: str) -> list[str]:
    """Return the words of an identifier that it does not itself begin with, so that its index would not find it by them."""
    word = value[1:] if kind == "phone" else value.partition("@")[0] if kind == "email" else value
    if shown == value and word.isascii() and word.isalnum() and word == word.lower():
        return []
    head = "+" if kind == "phone" else ""
    return [word for word in words_of(shown) if not value.startswith(head + word)]


def own_columns(facts: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Return locale, time zone, country and name as they follow from facts; empty where nothing is said of them."""
    locale, timezone, country = (understand(facts[key]) if key in facts else "" for key, understand in OWN_COLUMNS.items())
    return locale, timezone, country, name_of(facts)


def words_of_names(facts: Mapping[str, Any]) -> Iterator[str]:
    """Give the words of the facts by which people are found."""
    for key in NAME_FACTS:
        if isinstance(value := facts.get(key), str):
            yield from words_of(value)
