"""Rows written by COPY as one block of text: several times as fast as handing them to the driver one by one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.platform.database import meanwhile
from duologue.platform.database.blocks import as_block, beginning

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AT_ONCE = 5000


def copy(cursor: Any, target: str, rows: Iterable[Sequence[str]], *, first: Sequence[str] = ()) -> int:
    """Write rows of texts, as PostgreSQL reads its types, to a target like `people_fact (key, value)`; return how many.

    `first` are the texts with which each row begins. PostgreSQL takes one block in while the next is made, and inside
    `meanwhile.sending()` all of them while the caller goes on. A row that breaks a constraint fails them all.
    Raises ValueError where a text holds a null character.
    """
    left, count = iter(rows), 0
    if not (block := list(islice(left, AT_ONCE))):
        return 0
    with connection.wrap_database_errors, meanwhile.copying(cursor, f"COPY {target} FROM STDIN") as stream:
        while block:
            stream.write(beginning(first, as_block(block)))
            count += len(block)
            block = list(islice(left, AT_ONCE))
    return count


def copy_block(cursor: Any, target: str, block: bytes, *, first: Sequence[str] = ()) -> None:
    """Write a block that `as_block` made, perhaps in another process; `first` are the texts with which each of its rows begins."""
    if block:
        with connection.wrap_database_errors, meanwhile.copying(cursor, f"COPY {target} FROM STDIN") as stream:
            stream.write(beginning(first, block))


def add(cursor: Any, target: str, row: Sequence[str]) -> None:
    """Write one row of texts: by a statement planned once, which costs a quarter of a COPY, unless others are being sent."""
    if meanwhile.is_sending():
        copy(cursor, target, [row])
    else:
        cursor.execute(f"INSERT INTO {target} VALUES ({', '.join(['%s'] * len(row))})", row)
