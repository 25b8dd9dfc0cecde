"""Names in capitals or small letters as people write them. What is mixed already is somebody's own way, and stays."""

from __future__ import annotations

import re
from typing import Final

from duologue.people.names.lists import words_of

FEWEST: Final = 3  # letters that are all capitals by mistake; two may be somebody's initials by which they are called
PARTICLES: Final = words_of("particles")
FIRST: Final = re.compile(r"(?:von|vom|zu|zum|zur)\s|van\s+(?:der|den|de|het|'t)\s|de\s+la\s|della\s")
NO_PARTICLES: Final = frozenset({"vi", "VN"})
TURKISH: Final = frozenset({"tr", "az", "TR", "AZ"})
_PARTS: Final = re.compile(r"([\s-]+)")
_NUMBERED: Final = re.compile(r"[IVX]{2,}")


def put_right(name: str, *, language: str = "", country: str = "") -> str:
    """Return a name with its capitals in place where it has none, or nothing else."""
    cased = [letter for letter in name if letter.isupper() or letter.islower()]
    if not (name.isupper() and len(cased) >= FEWEST) and not name.islower():
        return name
    is_turkish = bool(TURKISH & {language, country}) or "\u0130" in name or "\u0131" in name
    parts = _PARTS.split(name)
    small = [_lower(part, is_turkish) for part in parts]
    at_first = FIRST.match("".join(small)) is not None
    last = len(parts) - 1
    made = []
    for place, (typed, part) in enumerate(zip(parts, small, strict=True)):
        is_particle = part in PARTICLES and place < last and (place > 0 or at_first) and not NO_PARTICLES & {language, country}
        is_short = part == "'t"
        if _NUMBERED.fullmatch(typed) and place:
            made.append(typed)
        else:
            made.append(part if is_particle or is_short else _capital(part, language, is_turkish=is_turkish))
    return "".join(made)


def _lower(part: str, is_turkish: bool) -> str:  # noqa: FBT001 one of two ways to write small letters
    return part.replace("\u0130", "i").replace("I", "\u0131").lower() if is_turkish else part.lower()


def _capital(part: str, language: str, *, is_turkish: bool) -> str:
    if len(part) > 3 and part.startswith("mc"):
        return "Mc" + part[2].title() + part[3:]
    if len(part) > 2 and part[1] in {"'", "\u2019"}:
        return part[0].title() + part[1] + part[2].title() + part[3:]
    if language == "nl" and part.startswith("ij"):
        return "IJ" + part[2:]
    if is_turkish and part.startswith("i"):
        return "\u0130" + part[1:]
    return part[:1].title() + part[1:]
