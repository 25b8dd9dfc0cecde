"""The order in which a dialogue's turns were written; a plan kept as JSON has lost it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.kit.yaml import Mistakes, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeVar

    Turn = TypeVar("Turn")


def turn_names(source: str) -> list[str]:
    """Return the names of a dialogue's turns as they stand in its text; none where it cannot be read."""
    try:
        data = read_yaml(source).data
    except Mistakes:
        return []
    turns = data.get("turns") if isinstance(data, dict) else None
    return [str(name) for name in turns] if isinstance(turns, dict) else []


def as_written(turns: Mapping[str, Turn], names: Iterable[str]) -> dict[str, Turn]:
    """Return the turns in that order; those not named come last."""
    known = [name for name in names if name in turns]
    return {name: turns[name] for name in [*known, *(name for name in turns if name not in known)]}
