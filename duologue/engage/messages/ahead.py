"""The next batch of letters, made in a thread and on a connection of its own while the present one is on the wire.

This is not `kit.ahead`, which reads on in a stream: here one call is made early, with its own connection to the database.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from duologue.platform.workspaces.models import Workspace

P = ParamSpec("P")
T = TypeVar("T")
SWITCH: Final = 0.001  # seconds; the wire's replies must not wait long for whoever writes letters


def is_possible(workspace: Workspace) -> bool:
    """Say whether a batch may be made ahead: not in virtual time, where the order of everything is kept, nor inside a transaction."""
    return not workspace.is_virtual and not connection.in_atomic_block


def begin(call: Callable[P, T], *values: P.args, **named: P.kwargs) -> Future[T]:
    """Begin a call in the thread; its connection is its own, and stays open until `end`."""
    _used.add(os.getpid())
    return _thread(os.getpid()).submit(call, *values, **named)


def end() -> None:
    """Give the thread's connection back, be it sound or lost, where anything was made ahead since."""
    if os.getpid() in _used:
        _used.discard(os.getpid())
        _thread(os.getpid()).submit(_close).result()


def _close() -> None:
    connection.close()


_used: set[int] = set()  # processes whose thread has a connection


@cache
def _thread(process: int) -> ThreadPoolExecutor:
    sys.setswitchinterval(SWITCH)
    return ThreadPoolExecutor(1, f"gate {process}")
