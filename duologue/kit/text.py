"""Words of names and addresses, folded so that they can be found again."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

_WORD = re.compile(r"[^\W_]+")
WORD_LENGTH = 40


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Return the text in lower case and without accents: 'Zoë Größe' becomes 'zoe grosse'."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())  # small letters hide in compatibility forms
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words(text: str, *, most: int = 12) -> list[str]:
    """Return the distinct folded words of a text, in order, each cut to 40 letters."""
    if text.isascii() and text.isalnum():
        return [text.lower()[:WORD_LENGTH]]
    return list(dict.fromkeys(word[:WORD_LENGTH] for word in _WORD.findall(folded(text))))[:most]


def one_line(text: str, *, most: int = 200) -> str:
    """Return the text with all white space and control characters as single blanks, cut to a length."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())[:most]


def whole_number(text: str) -> int | None:
    """Return the number that a text of plain digits names, or None for anything else and for what no row could have."""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        return None
    return int(text)


def no_formula(text: str) -> str:
    """Return a cell of a table that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def is_web_address(text: str) -> bool:
    """Say whether a text is the whole address of a page: http or https, a host, no blanks."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)
