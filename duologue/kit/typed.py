"""From a document to a typed value, with each mistake said at its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from duologue.kit.yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.kit.yaml import Document, Place

T = TypeVar("T", bound=msgspec.Struct)

_AT = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`")
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>[^`]+)`")
_WORDS = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a map",
    "null": "nothing",
}


def read_typed(text: str, file: str, kind: type[T], what: str, check: Callable[[Document, T], None] | None = None) -> T:
    """Read YAML as a struct; raises Mistakes. `what` names it in sentences ("An offer"); `check` may refuse more."""
    document = read_yaml(text, file)
    if not isinstance(document.data, dict):
        document.refuse((), f"{what} is a map of keys and values.")
        document.settle()
    document.unknown_keys((), document.data, {field.encode_name for field in msgspec.structs.fields(kind)}, what)
    document.settle()
    try:
        made = msgspec.convert(document.data, kind)
    except msgspec.ValidationError as problem:
        place, sentence = _said(str(problem), what)
        document.refuse(place, sentence)
        document.settle()
        raise
    if check is not None:
        check(document, made)
    document.settle()
    return made


def as_json(value: msgspec.Struct) -> dict[str, Any]:
    """Return a struct as the JSON values that a database gives back: lists, never tuples."""
    return dict(msgspec.json.decode(msgspec.json.encode(value)))


def checked(document: Document, place: Place, value: Any, parse: Callable[[str], Any]) -> None:
    """Refuse at a place what `parse` refuses with a ValueError; what is empty or missing passes."""
    if value in {None, ""}:
        return
    try:
        parse(str(value))
    except ValueError as problem:
        said = str(problem).rstrip(".")
        document.refuse(place, f"{said[0].upper()}{said[1:]}.")


def _said(problem: str, what: str) -> tuple[Place, str]:
    at = _AT.search(problem)
    steps = _STEP.findall(at["path"]) if at else []
    place: list[str | int] = []
    for name, index in steps:
        if index == "...":
            break
        place.append(int(index) if index else name)
    words = [step for step in place if isinstance(step, str)]
    here = f"`{words[-1]}`" if words else what
    if found := _EXPECTED.search(problem):
        wanted = " or ".join(_WORDS.get(one, one) for one in re.split(r"\s*\|\s*", found["wanted"]) if one != "null")
        return tuple(place), f"{here} needs {wanted}, not {_WORDS.get(found['got'], found['got'])}."
    if found := _MISSING.search(problem):
        return tuple(place), f"{here} needs `{found['field']}`."
    if found := _UNKNOWN.search(problem):
        return (*place, found["field"]), f"{here} knows no {found['field']!r}."
    return tuple(place), f"{problem.partition(' - at ')[0]}."
