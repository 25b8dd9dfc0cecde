"""What to call a person: a decision on what they told, and how a name that was typed in a hurry is written."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.text import folded
from duologue.people.names.capitals import put_right
from duologue.people.names.lists import words_of
from duologue.people.names.unfit import is_a_company, is_no_name

if TYPE_CHECKING:
    from collections.abc import Mapping

CALLED: Final = "called"
"""The fact that answers "what shall we call you?"."""

GIVEN: Final = ("first_name", "firstname", "given_name")
FULL: Final = ("name", "full_name", "fullname")
READS: Final = (CALLED, *GIVEN, *FULL, "company")
LONGEST: Final = 40
FAMILY_FIRST: Final = frozenset({"CN", "HK", "HU", "JP", "KR", "MO", "TW", "VN"})
TITLES: Final = words_of("titles")
_ODD: Final = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]")
_INITIALS: Final = re.compile(r"(?:[^\W\d_][.\s-]+)*[^\W\d_]\.?|(?:[^\W\d_]\.){2,}")


def what_to_call(facts: Mapping[str, Any], *, country: str = "", locale: str = "") -> str:
    """Return what to call a person, or nothing where a greeting has to do without: no name is known, or what was given is none.

    What they asked to be called is kept as they wrote it. A first name, or else the first part of a name, is put right where it is
    all capitals or all small letters. Companies, initials, placeholders, rude words and addresses are left out.
    """
    known = tuple((key, value) for key in READS if isinstance(value := facts.get(key), str) and value)
    return _what_to_call(known, country, locale) if known else ""


def with_called(facts: Mapping[str, Any], *, country: str = "", locale: str = "") -> dict[str, Any]:
    """Return facts in which `called` is what to call the person, and is not there where that is nothing, so that a fall-back stands in."""
    rest = {key: value for key, value in facts.items() if key != CALLED}
    called = what_to_call(facts, country=country, locale=locale)
    return {**rest, CALLED: called} if called else rest


@lru_cache(maxsize=20_000)
def _what_to_call(known: tuple[tuple[str, str], ...], country: str, locale: str) -> str:
    told = dict(known)
    asked = tidy(told.get(CALLED, ""))
    if asked and not _is_unfit(asked):
        return asked
    company, language = folded(tidy(told.get("company", ""))), locale.partition("-")[0].lower()
    given = next((told[key] for key in GIVEN if key in told), "")
    full = next((told[key] for key in FULL if key in told), "")
    for name in (_without_title(tidy(given)), _first_part(tidy(full), country)):
        if name and not _is_unfit(name, tidy(full)) and not _is_initials(name) and not is_a_company(name) and folded(name) != company:
            return put_right(name, language=language, country=country)
        if name and (is_no_name(name) or is_a_company(tidy(full))):
            return ""
    return ""


def tidy(name: str) -> str:
    """Return a name in one line and in the usual form of its letters, without pictures and what steers the reading direction."""
    if len(name) > 4 * LONGEST:
        return ""
    name = _ODD.sub(" ", unicodedata.normalize("NFC", name))
    name = "".join(letter for letter in name if unicodedata.category(letter) not in {"So", "Sk", "Cn", "Co", "Cs"} or letter in "`\u00b4")
    return " ".join(name.replace("`", "'").replace("\u00b4", "'").replace("\ufe0f", "").split()).strip(" ,;")


def _is_unfit(name: str, full: str = "") -> bool:
    return len(name) > LONGEST or is_no_name(name) or (bool(full) and full != name and is_no_name(full))


def _first_part(full: str, country: str) -> str:
    """Return the first name of a full one; the whole where a family's name comes first."""
    if "," in full:
        full = full.partition(",")[2].strip()
    full = _without_title(full)
    if is_a_company(full) or country in FAMILY_FIRST or not any(letter.islower() or letter.isupper() for letter in full):
        return full
    return full.partition(" ")[0]


def _without_title(name: str) -> str:
    words = name.split()
    while words and words[0].rstrip(".").lower() in TITLES and (len(words[0].rstrip(".")) > 1 or len(words) > 1):
        words = words[1:]
    return " ".join(words)


def _is_initials(name: str) -> bool:
    """Say whether a name is initials alone; one letter of a script without capitals is a whole name."""
    return _INITIALS.fullmatch(name) is not None and any(letter.islower() or letter.isupper() for letter in name)
