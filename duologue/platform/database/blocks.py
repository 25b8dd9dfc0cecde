"""Rows as COPY's text format has them, made without a database: perhaps in another process than the one that sends them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

NOTHING = "\x00n"
"""Stands for NULL in a row."""

_FIELD, _ROW = "\x00f", "\x00r"  # no text in PostgreSQL can hold a null character
_ESCAPED = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), (_FIELD, "\t"), (_ROW, "\n"), (NOTHING, "\\N"))


def beginning(first: Sequence[str], block: bytes) -> bytes:
    """Return a block whose rows begin with these texts too."""
    if not first:
        return block
    before = as_block([first])[:-1] + b"\t"
    return before + block[:-1].replace(b"\n", b"\n" + before) + b"\n"


def as_block(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as COPY's text format has them; raises ValueError where a text holds a null character."""
    if not rows:
        return b""
    block = "\n".join(["\t".join(row) for row in rows])
    cells = sum(map(len, rows))
    if block.count("\t") != cells - len(rows) or block.count("\n") != len(rows) - 1 or "\r" in block or "\x00" in block:
        return _with_marks(rows, cells)
    if "\\" in block:
        block = block.replace("\\", "\\\\")
    return f"{block}\n".encode()


def _with_marks(rows: Sequence[Sequence[str]], cells: int) -> bytes:
    """Return rows whose texts hold what parts cells and rows, or in which something is missing."""
    block = _ROW.join([_FIELD.join(row) for row in rows])
    ours = cells - 1
    if NOTHING in block:
        ours += sum([row.count(NOTHING) for row in rows])
    if block.count("\x00") != ours:
        raise ValueError("A text holds a null character, which PostgreSQL cannot keep.")
    for plain, escaped in _ESCAPED:
        block = block.replace(plain, escaped)
    return f"{block}\n".encode()


@lru_cache(maxsize=4096)
def moment(at: datetime) -> str:
    """Return a moment as PostgreSQL reads it; most rows of a batch share theirs."""
    return at.isoformat()
