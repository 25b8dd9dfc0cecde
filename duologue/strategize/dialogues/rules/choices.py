"""Choices: what a ready-made dialogue asks, written once at its head and used as $NAME."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from duologue.kit.yaml import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.kit.yaml import Document, Place

_USED = re.compile(r"\$([a-z][a-z0-9_]*)")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def choose(document: Document) -> None:
    """Put what was chosen in the place of each $NAME of a dialogue; refuse what is asked and not used, or used and not asked."""
    chosen = _chosen(document)
    used: set[str] = set()
    filled = {}
    for key, value in document.data.items():
        filled[key] = value if key == "choices" else _filled(document, (key,), (key,), value, chosen, used)
    document.data = filled
    for name in chosen.keys() - used:
        document.refuse(("choices", name), f"Nothing in this dialogue uses ${name}.")


def _chosen(document: Document) -> Mapping[str, Any]:
    given = document.data.get("choices", {})
    if not isinstance(given, dict):
        document.refuse(("choices",), "`choices` is a map of names and what is chosen, as in {gift: ten-percent}.")
        return {}
    for name, value in given.items():
        if not _NAME.fullmatch(name):
            document.refuse(("choices", name), f"A choice has a name of lower-case letters, digits and _, not {name!r}.")
        if value is None:
            document.refuse(("choices", name), f"Choose what {name!r} is to be; it has no default.")
        elif isinstance(value, dict):
            document.refuse(("choices", name), "A choice is a value or a list of values.")
    return given


def _filled(  # noqa: PLR0917 - a walk down two trees at once: the text as written and as filled in
    document: Document, written: Place, place: Place, value: Any, chosen: Mapping[str, Any], used: set[str]
) -> Any:
    if isinstance(value, str):
        return _text(document, written, value, chosen, used)
    if isinstance(value, list):
        made = []
        for index, one in enumerate(value):
            document.lines[*place, index] = document.line((*written, index))
            made.append(_filled(document, (*written, index), (*place, index), one, chosen, used))
        return made
    if not isinstance(value, dict):
        return value
    filled: dict[str, Any] = {}
    for key, one in value.items():
        name = str(_text(document, (*written, key), key, chosen, used))
        document.lines[*place, name] = document.line((*written, key))
        filled[name] = _filled(document, (*written, key), (*place, name), one, chosen, used)
    return filled


def _text(document: Document, place: Place, text: str, chosen: Mapping[str, Any], used: set[str]) -> Any:
    """Return a text with what was chosen; one that is nothing but $NAME becomes the very value."""
    names = _USED.findall(text)
    for name in names:
        if name not in chosen:
            document.refuse(place, f"${name} stands for a choice, but `choices` has none of that name{suggestion(name, chosen)}.")
    used.update(names)
    if len(names) == 1 and text == f"${names[0]}":
        return chosen.get(names[0], text)
    return _USED.sub(lambda found: str(chosen.get(found[1], found[0])), text)
