"""From what a form says to the text that is kept, and from a mistake in that text back to the field that it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.yaml import Place, amended, canonical, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.kit.yaml import Mistake
    from duologue.web.sheets.fields import Field
    from duologue.web.sheets.sheet import Sheet

QUOTED: Final = re.compile(r"`(\w+)`")

Said = dict[str, Any]
"""What a form shows or says, by the names of its fields."""


def shown(sheet: Sheet, source: str) -> Said:
    """Return what a form shows of a text; raises Mistakes where it cannot be read."""
    data = read_yaml(source).data or {}
    return {one.key: one.shown(value_at(data, one)) for one in sheet.fields}


def composed(sheet: Sheet, name: str, base: str, said: Said) -> str:
    """Return a text with what a form says put in.

    What the form leaves as it was, and what is no field of it, keeps its words, its place and its comments. Without a `base` the
    text is written anew, in the canonical form. Raises Mistakes where `base` cannot be read.
    """
    data = read_yaml(base).data or {}
    before = {one.key: one.shown(value_at(data, one)) for one in sheet.fields}
    changed = [one for one in sheet.fields if said[one.key] != before[one.key]]
    if not base.strip():
        return canonical(_anew(sheet, name, said))
    changes: dict[str, Any] = {}
    for one in changed:
        if one.also:
            _put(changes, data, one.also, None)
        _put(changes, data, one.place, one.written(said[one.key]))
    return amended(base, changes)


def _anew(sheet: Sheet, name: str, said: Said) -> dict[str, Any]:
    found: dict[str, Any] = {} if sheet.only else {sheet.word: name}
    for one in sheet.fields:
        value = one.written(said[one.key])
        if value is None:
            continue
        inner = found
        for step in one.place[:-1]:
            inner = inner.setdefault(str(step), {})
        inner[str(one.place[-1])] = value
    return found


def value_at(data: Any, one: Field) -> Any:
    """Return the value that a field shows."""
    found = _at(data, one.place)
    return _at(data, one.also) if found is None and one.also else found


def _at(data: Any, place: Place) -> Any:
    for step in place:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _put(changes: dict[str, Any], data: dict[str, Any], place: Place, value: Any) -> None:
    """Note a change as `amended` takes it; a map that loses its last entry goes as a whole."""
    first, *rest = map(str, place)
    if not rest:
        if value is not None or first in data:
            changes[first] = value
        return
    there = dict(_at(data, (first,)) or {})
    entry = changes.get(first) or {}
    entry = {**entry, rest[0]: value}
    left = {key: one for key, one in {**there, **entry}.items() if one is not None}
    if left:
        changes[first] = entry
    elif first in data:
        changes[first] = None
    else:
        changes.pop(first, None)


def beyond(sheet: Sheet, source: str) -> list[str]:
    """Return what a text says that no field shows, as in goal.where."""
    known = {place for one in sheet.fields for place in (one.place, one.also) if place}
    data = read_yaml(source).data or {}
    return [".".join(map(str, place)) for place in _leaves(data, (), known) if place != (sheet.word,)]


def _leaves(data: dict[str, Any], at: Place, known: set[Place]) -> Iterator[Place]:
    for key, value in data.items():
        place = (*at, key)
        if place in known:
            continue
        if isinstance(value, dict) and any(one[: len(place)] == place for one in known):
            yield from _leaves(value, place, known)
        else:
            yield place


def by_field(sheet: Sheet, source: str, mistakes: list[Mistake]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the sentences of mistakes by the field that each is about, and those that are about none."""
    lines = read_yaml(source).lines
    at: dict[str, list[str]] = {}
    others = []
    for mistake in mistakes:
        one = _about(sheet, lines, mistake)
        if one is None:
            others.append(mistake.sentence)
        else:
            at.setdefault(one.key, []).append(mistake.sentence)
    return at, others


def _about(sheet: Sheet, lines: dict[Place, int], mistake: Mistake) -> Field | None:
    """Return the field that a mistake is about: one there that its sentence quotes, or any that it quotes, or the first there."""
    here = [place for place, line in lines.items() if line == mistake.line and place]
    there = [one for one in sheet.fields if any(_meets(one, place) for place in here)]
    quoted = set(QUOTED.findall(mistake.sentence))
    for among in (there, sheet.fields):  # what is needed and left out has no line of its own
        named = [one for one in among if quoted & {str(step) for step in one.place}]
        if named:
            return min(named, key=lambda one: one.place[-1] not in quoted)
    return there[0] if there else None


def _meets(one: Field, place: Place) -> bool:
    """Say whether something stands at a field's place, within it, or around it."""
    return any(mine and (place[: len(mine)] == mine or mine[: len(place)] == place) for mine in (one.place, one.also))
