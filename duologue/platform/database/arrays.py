"""PostgreSQL's arrays written as text: many times faster than handing lists of thousands to the driver.

Use as a parameter with a cast: `unnest(%s::bigint[], %s::text[])` with `numbers(…)`, `texts(…)`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_END = "\x00"  # no text in PostgreSQL can hold it


def numbers(items: Iterable[int]) -> str:
    """Return whole numbers as an array."""
    return "{" + ",".join(map(str, items)) + "}"


def numbers_or_nothing(items: Iterable[int | None]) -> str:
    """Return whole numbers as an array in which some are missing."""
    return "{" + ",".join(["NULL" if item is None else str(item) for item in items]) + "}"


def texts(items: Iterable[str]) -> str:
    """Return texts as an array; raises ValueError where one holds a null character."""
    listed = list(items)
    if not listed:
        return "{}"
    joined = _END.join(listed)
    if joined.count(_END) != len(listed) - 1:
        raise ValueError("A text holds a null character, which PostgreSQL cannot keep.")
    return '{"' + joined.replace("\\", "\\\\").replace('"', '\\"').replace(_END, '","') + '"}'


def texts_or_nothing(items: Iterable[str | None]) -> str:
    """Return texts as an array in which some are missing."""
    return "{" + ",".join("NULL" if item is None else texts([item])[1:-1] for item in items) + "}"


def moments(items: Iterable[datetime | None]) -> str:
    """Return moments as an array; missing ones stay missing."""
    return "{" + ",".join(["NULL" if item is None else moment(item) for item in items]) + "}"


@lru_cache(maxsize=4096)
def moment(at: datetime) -> str:
    """Return a moment as PostgreSQL reads it; most rows of a batch share theirs."""
    return at.isoformat()


def digests(items: Iterable[bytes]) -> str:
    """Return bytes as an array."""
    return "{" + ",".join(f'"\\\\x{item.hex()}"' for item in items) + "}"
