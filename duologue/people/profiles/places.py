"""Countries, languages and time zones as people write them, made into codes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError

from duologue.kit.zones import zone_names

_OTHER_NAMES = {
    "eire": "IE",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "usa": "US",
    "america": "US",
    "rsa": "ZA",
    "holland": "NL",
}
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    names = {name.lower(): code for language in _LANGUAGES for code, name in Locale(language).territories.items() if len(code) == 2}
    return names | _OTHER_NAMES


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {zone.lower(): zone for zone in zone_names()}


def country_code(value: Any) -> str:
    """Return the ISO 3166 code of a country given by code or name, or nothing where it is neither."""
    text = str(value or "").strip()
    if len(text) == 2 and text.isascii() and text.isalpha() and text.lower() != "uk":
        return text.upper()
    return _countries().get(text.lower(), "")


def known_zone(value: Any) -> str:
    """Return the IANA zone of this name, or nothing."""
    return _zones().get(str(value or "").strip().lower(), "")


def known_locale(value: Any) -> str:
    """Return a locale as BCP 47 writes it (`de-AT`), or nothing where it is none."""
    try:
        found = Locale.parse(str(value or "").strip().replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        return ""
    return str(found).replace("_", "-")
