"""Threads that write parts of a page of people, each on a connection and in a transaction of its own, while the caller writes one too.

PostgreSQL works for one connection with one processor: a page in two parts keeps two busy.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duologue.platform.workspaces.models import Workspace

T = TypeVar("T")
R = TypeVar("R")
AT_MOST: Final = 4
PART: Final = 5000
"""How many people a part has: fewer cost more statements, and of more the last one is waited for longer."""
PATIENCE: Final = "10s"
"""How long a thread waits for rows that somebody else holds: who may himself wait for the caller, who waits for the thread, unseen by
PostgreSQL."""
PARTS: Final = 4
"""How many parts of a page each thread does, if all are equally fast."""


class Beside:
    """Does something for each part of a sequence: whoever is free takes the next one, the caller's thread in the caller's transaction.

    What the others wrote stays where the caller then fails: whoever begins anew must find it, and pass it over. So it is where one of
    them waited too long for somebody else's rows (`held_up`).
    """

    def __init__(self, threads: Sequence[ThreadPoolExecutor]) -> None:
        self._threads = threads

    @property
    def page(self) -> int:
        """Return how many people keep all of them busy for a while."""
        return PART * PARTS * (len(self._threads) + 1)

    def each(self, do: Callable[[Sequence[T]], R], whole: Sequence[T]) -> list[R]:
        """Return what came of each part, in no order. Raises what any of them raised, when all are done; no other part is begun then."""
        parts = deque(whole[place : place + PART] for place in range(0, len(whole), PART))
        others = [thread.submit(_take, parts, _alone(do)) for thread in self._threads[: len(parts) - 1]]
        try:
            found = _take(parts, do)
        finally:
            wait(others)
        return [*found, *(one for other in others for one in other.result())]


def _take(parts: deque[Sequence[T]], do: Callable[[Sequence[T]], R]) -> list[R]:
    found = []
    while parts:
        try:
            part = parts.popleft()
        except IndexError:  # another took the last one
            break
        try:
            found.append(do(part))
        except BaseException:
            parts.clear()
            raise
    return found


def _alone(do: Callable[[Sequence[T]], R]) -> Callable[[Sequence[T]], R]:
    def in_transaction(part: Sequence[T]) -> R:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            return do(part)

    return in_transaction


def held_up(trouble: OperationalError) -> bool:
    """Say whether somebody else held what was waited for: then all is to be begun anew, once the caller has let go of what it holds."""
    return isinstance(trouble.__cause__, LockNotAvailable | DeadlockDetected)


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
