"""Word lists, as text: what people write where a name is asked for."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def lines_of(name: str) -> frozenset[str]:
    """Return the lines of a list; those that begin with # say what it is."""
    lines = (_HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def words_of(name: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(word for line in lines_of(name) for word in line.split())
