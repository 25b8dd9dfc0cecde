"""Rows written by COPY as one block of text: several times as fast as handing them to the driver one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOTHING = "\x00n"
"""Stands for NULL in a row."""

_FIELD, _ROW = "\x00f", "\x00r"  # no text in PostgreSQL can hold a null character
_ESCAPED = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), (_FIELD, "\t"), (_ROW, "\n"), (NOTHING, "\\N"))


def copy(cursor: Any, target: str, rows: Iterable[Sequence[str]]) -> int:
    """Write rows of texts, as PostgreSQL reads its types, to a target like `people_fact (key, value)`; return how many.

    A row that breaks a constraint fails them all. Raises ValueError where a text holds a null character.
    """
    block, count = as_block(rows)
    if count:
        with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as stream:
            stream.write(block)
    return count


def as_block(rows: Iterable[Sequence[str]]) -> tuple[bytes, int]:
    """Return rows as COPY's text format has them, and their number."""
    listed = list(rows)
    if not listed:
        return b"", 0
    block = _ROW.join([_FIELD.join(row) for row in listed])
    ours = sum(map(len, listed)) - 1 + sum(row.count(NOTHING) for row in listed)
    if block.count("\x00") != ours:
        raise ValueError("A text holds a null character, which PostgreSQL cannot keep.")
    for plain, escaped in _ESCAPED:
        block = block.replace(plain, escaped)
    return f"{block}\n".encode(), len(listed)
