"""The numbers of PostgreSQL's advisory locks, all of them: two rooms that took the same number would wait for each other.

Those of the first list are taken together with a second number, mostly the workspace's; those of the second stand alone.
"""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERING: Final = 7251  # of a workspace's batches
RECEIVING: Final = 7252
IDENTITY: Final = 7253
PROCESSING: Final = 7255
IMPORT: Final = 7256  # with the import's number
LAKE: Final = 7257
WARMING: Final = 7258
TOGETHER: Final = 7259  # perks of one order, with the order's hash
SPENDING: Final = 7262  # points and credit for one order, with its hash
GROUPS: Final = 7263
VERSIONS: Final = 7264  # of what plans describe by a name
CATALOGUE: Final = 7265

SECOND: Final = 2**31  # what a second number must stay below: after many restores an import's own no longer does

MONTHS: Final = 7254
GENERATION: Final = 7260
RESTORE: Final = 7261
TABLES: Final = 0x44554F


def of_role(role: str) -> int:
    """Return the first number of the lock of those who write for everyone of a workspace, above all others."""
    return 1 << 30 | zlib.crc32(role.encode()) >> 2


@contextmanager
def held(number: int) -> Iterator[None]:
    """Hold one of those that stand alone, on this connection, also over several transactions; wait for whoever holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (number,))
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (number,))
