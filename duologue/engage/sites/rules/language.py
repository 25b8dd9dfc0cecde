"""In which of its languages a page is shown, as RFC 9110 reads Accept-Language (section 12.5.4, by lookup as in RFC 4647, section 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 20


def chosen(there: Sequence[str], *, asked: str = "", person: str = "", accept: str = "") -> str:
    """Return the language to show: the one asked for, else the person's, else the browser's first that is there, else the first.

    `there` are the languages of the page, the one it is written in first.
    """
    wished = [asked, person, *_accepted(accept)]
    return next((found for wish in wished if wish and (found := _found(there, wish))), there[0])


def _found(there: Sequence[str], wish: str) -> str:
    """Return the language that serves a wish: the same one, a wider one, or another of the same language."""
    by_small = {one.lower(): one for one in there}
    part = wish.lower().replace("_", "-")
    while part:
        if part in by_small:
            return by_small[part]
        part = part.rpartition("-")[0]
    return next((one for one in there if one.lower().split("-")[0] == wish.lower().split("-")[0]), "")


def _accepted(header: str) -> Iterable[str]:
    weighed = []
    for place, part in enumerate(header.split(",")[:MOST]):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        if tag and tag != "*" and quality > 0:
            weighed.append((-quality, place, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
