"""Numbers of a sequence, taken many at a time: asking for each would wait for all that the connection still has to do."""

from __future__ import annotations

import os
from threading import Lock
from typing import Final

from django.db import connection

AT_ONCE: Final = 32


class Numbers:
    """The numbers of one sequence; each is given once, and what a process does not use is lost."""

    def __init__(self, sequence: str) -> None:
        self._sequence = sequence
        self._left: dict[tuple[int, str], list[int]] = {}
        self._lock = Lock()

    def take(self) -> int:
        """Return a number that nobody else has, in this database."""
        here = (os.getpid(), where())
        with self._lock:
            if left := self._left.get(here):
                return left.pop()
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", (self._sequence, AT_ONCE))
            fresh: list[int] = [row[0] for row in reversed(cursor.fetchall())]
        with self._lock:
            self._left = {here: fresh[:-1]}
        return fresh[-1]


def where() -> str:
    """Return which database the connection leads to."""
    to = connection.settings_dict
    return f"{to['HOST']}:{to['PORT']}/{to['NAME']}"
