"""Threads that write parts of a page of people, each on a connection and in a transaction of its own, while the caller writes one too.

PostgreSQL works for one connection with one processor: a page in two parts keeps two busy.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from django.conf import settings
from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duologue.platform.workspaces.models import Workspace

T = TypeVar("T")
R = TypeVar("R")
AT_MOST: Final = 4
LEAST: Final = 500
"""How many people a part has at least: fewer are not worth a thread."""


class Beside:
    """Does something for each part of a sequence, the first in the caller's thread and transaction.

    What the others wrote stays where the caller then fails: whoever begins anew must find it, and pass it over.
    """

    def __init__(self, threads: Sequence[ThreadPoolExecutor]) -> None:
        self._threads = threads

    def each(self, do: Callable[[Sequence[T]], R], whole: Sequence[T]) -> list[R]:
        """Return what came of each part, in their order. Raises what any of them raised, when all are done."""
        size = max(LEAST, -(-len(whole) // (len(self._threads) + 1)))
        first, *rest = [whole[place : place + size] for place in range(0, len(whole), size)]
        others = [thread.submit(_alone, do, part) for thread, part in zip(self._threads, rest, strict=False)]
        try:
            found = do(first)
        finally:
            wait(others)
        return [found, *(other.result() for other in others)]


def _alone(do: Callable[[Sequence[T]], R], part: Sequence[T]) -> R:
    with transaction.atomic():
        return do(part)


def _close() -> None:
    connection.close()


@contextmanager
def beside(workspace: Workspace) -> Iterator[Beside | None]:
    """Yield the threads, as many as processors and half of the process's connections allow, and close their connections at the end.

    None in virtual time, where the order of everything is kept, and inside a transaction, of which they would see nothing.
    """
    parts = min(AT_MOST, os.cpu_count() or 1, settings.WORK_CONNECTIONS // 2)
    if workspace.is_virtual or connection.in_atomic_block or parts == 1:
        yield None
        return
    threads = [ThreadPoolExecutor(1, f"beside {number}") for number in range(1, parts)]
    try:
        yield Beside(threads)
    finally:
        for thread in threads:
            thread.submit(_close)
            thread.shutdown()
