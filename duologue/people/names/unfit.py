"""What stands where a name should, and is none: placeholders, jokes, rude words, companies, addresses.

A rude word counts only where it is a whole word. Words that are also names (Dick, Fanny, Randy, Wang, Phuc) are not listed: it is worse
to refuse somebody their name than to greet a joker by theirs.
"""

from __future__ import annotations

import re
from typing import Final

from duologue.kit.text import folded
from duologue.people.names.lists import lines_of, words_of

RUDE: Final = words_of("rude")
BEGINNINGS: Final = ("fuck", "arschl", "motherf", "scheiss", "hurens", "shithe")
PLACEHOLDERS: Final = words_of("placeholders")
WHOLE: Final = lines_of("jokes")
FORMS: Final = words_of("companies")
SHORT_FORMS: Final = 3  # letters up to which a form must stand in capitals, or it may be somebody's name
_NEVER: Final = re.compile(r"[\d@/\\<>{}\[\]|=+*#$%^~_:;!?\"…€£]|\.\w{2,}|(?i:\bhttps?\b|\bwww\b)")
_LETTER: Final = re.compile(r"[^\W\d_]")
_SAME: Final = re.compile(r"(\w)\1{2,}", re.IGNORECASE)
_DOTS: Final = re.compile(r"[.,'\u2019-]+")


def is_no_name(name: str) -> bool:
    """Say whether what was given as a name is none."""
    if not _LETTER.search(name) or _NEVER.search(name):
        return True
    plain = " ".join(_DOTS.sub(" ", folded(name)).split())
    if plain in WHOLE or _SAME.fullmatch(plain):
        return True
    words = plain.split()
    return any(word in RUDE or word.startswith(BEGINNINGS) for word in words) or all(word in PLACEHOLDERS for word in words)


def is_a_company(name: str) -> bool:
    """Say whether a name is that of a company: it names its legal form, or joins by `&`."""
    words = name.replace(".", "").replace(",", " ").split()
    if "&" in name or "e.V." in name:
        return True
    if len(words) < 2:
        return False
    last = words[-1]
    in_long_form = any(word.lower() in FORMS and len(word) > SHORT_FORMS for word in words[1:])
    is_short = last.lower() in FORMS and last.isupper() and not name.isupper()
    return in_long_form or is_short or last.lower() in {"ltd", "inc", "llc", "llp", "plc", "pty"}
