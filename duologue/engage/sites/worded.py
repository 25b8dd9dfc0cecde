"""The texts of a site, read as the brand book would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.brand.wording.rules.passages import Passage
from duologue.brand.wording.rules.reading import in_order, read
from duologue.brand.wording.rules.requests import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding
    from duologue.engage.sites.rules.page import Site

SAID: Final = frozenset({"title", "text", "says", "quote", "button", "thanks"})
LONG: Final = frozenset({"text", "thanks"})
HOLDS: Final = frozenset({"blocks", "forms", "locales"})


def wording(site: Site, book: Book, locale: str) -> list[Finding]:
    """Return what to look at in a site's words, what is against the brand book first."""
    said = passages(site, locale)
    asked = [one for passage in said if passage.field == "text" for one in requests(passage)]
    return in_order([*read(said, book), *(one for one in asked if one.about != "requests" or "at once" in one.says)])


def passages(site: Site, locale: str) -> list[Passage]:
    """Return a site's texts with their places, each in its language; a quote is somebody else's words, but the brand shows them."""
    return list(_passages(msgspec.to_builtins(site), "", site.locale or locale))


def _passages(given: dict[str, Any], before: str, locale: str) -> Iterator[Passage]:
    language = locale.partition("-")[0].lower()
    for key, value in given.items():
        if key in SAID and isinstance(value, str) and value:
            yield Passage(f"{before}{key}", value, language, is_long=key in LONG)
        elif key == "consent":
            for purpose, says in value.items():
                yield Passage(f"{before}consent.{purpose}", says, language)
        elif key in HOLDS:
            for name, inner in enumerate(value) if isinstance(value, list | tuple) else value.items():
                yield from _passages(inner, f"{before}{key}.{name}.", str(name) if key == "locales" else locale)
