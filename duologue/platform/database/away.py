"""Whether the database is away, for those who can do without it: its pool would let each of them wait for twenty seconds."""

from __future__ import annotations

import threading
import time
from typing import Final

import psycopg
from django.db import connection

LOOK_AGAIN: Final = 1.0  # seconds
PATIENCE: Final = 2
_lock = threading.Lock()
_since_noticed: list[float] = []  # when it was last found away; empty while it is there


def noticed_away() -> None:
    """Remember that it did not answer."""
    _since_noticed[:] = [time.monotonic()]


def is_away() -> bool:
    """Say whether it did not answer a moment ago; now and then one who asks looks again, by a connection of its own."""
    noticed = next(iter(_since_noticed), None)
    if noticed is None:
        return False
    if time.monotonic() - noticed < LOOK_AGAIN or not _lock.acquire(blocking=False):
        return True
    try:
        psycopg.connect(**{**connection.get_connection_params(), "connect_timeout": PATIENCE}).close()
    except psycopg.OperationalError:
        noticed_away()
        return True
    else:
        _since_noticed.clear()
        return False
    finally:
        _lock.release()
