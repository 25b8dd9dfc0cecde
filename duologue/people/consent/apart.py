"""The list kept apart from the database: keyed hashes of addresses that are not to be used, so that no restore brings them back.

One line for each address and reason, beside the installation's key: workspace, channel, reason, keyed hash, moment; a line with
`lifted` in front takes it off again. It names nobody, and outlives the database.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction

from duologue.platform.database import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from duologue.platform.workspaces.models import Workspace

LIFTED: Final = "lifted"
EVER: Final = "2000-01-01T00:00:00+00:00"  # the order of the lines says which is the later
_WHOLE: Final = re.compile(r"(\d{1,18}) (\w{1,20}) (\w{1,11}) ([0-9a-f]{64}) (\d{4}-[-0-9T:.+]{10,40})")
READ: Final = """CREATE TEMPORARY TABLE IF NOT EXISTS kept_apart
    (n bigint, workspace_id bigint, channel text, reason text, address bytea, at timestamptz, lifted boolean)"""
NET: Final = """CREATE TEMPORARY TABLE IF NOT EXISTS still_apart AS SELECT * FROM (
    SELECT DISTINCT ON (workspace_id, channel, reason, address) * FROM kept_apart
    ORDER BY workspace_id, channel, reason, address, n DESC) latest WHERE NOT lifted"""
MISSING: Final = """SELECT workspace_id, channel, reason, encode(address, 'hex'), at FROM people_suppression s WHERE NOT EXISTS (
    SELECT FROM still_apart k WHERE k.workspace_id = s.workspace_id AND k.channel = s.channel AND k.reason = s.reason
    AND k.address = s.address)"""
PUT_BACK: Final = """INSERT INTO people_suppression (workspace_id, channel, address, reason, at)
    SELECT k.workspace_id, k.channel, k.address, k.reason, k.at FROM still_apart k
    JOIN platform_workspace w ON w.id = k.workspace_id ON CONFLICT (workspace_id, channel, address, reason) DO UPDATE SET at = excluded.at
    WHERE people_suppression.reason = 'erased' AND people_suppression.at < excluded.at RETURNING reason"""


def place() -> Path:
    """Return the file of the list."""
    return settings.DATA.keys / "not-to-be-used"


def note_when_kept(workspace: Workspace, channel: str, reason: str, digests: Sequence[bytes], at: datetime) -> None:
    """Add addresses to the list once the transaction that suppresses them is kept."""
    lines = [_line(workspace.pk, channel, reason, digest.hex(), at.isoformat()) for digest in digests]
    if lines:
        transaction.on_commit(lambda: _append(lines))


def note_lifted_when_kept(workspace: Workspace, channel: str, reason: str, digest: bytes) -> None:
    """Take an address off the list once the transaction that allows it is kept."""
    line = f"{LIFTED} {_line(workspace.pk, channel, reason, digest.hex(), EVER)}"
    transaction.on_commit(lambda: _append([line]))


def note_all() -> int:
    """Add what the database knows and the list does not; return how many. Reads the list and the database from end to end."""
    with _read_in() as cursor:
        cursor.execute(MISSING)
        count = 0
        while found := cursor.fetchmany(5000):
            _append([_line(room, channel, reason, digest, at.isoformat()) for room, channel, reason, digest, at in found])
            count += len(found)
    return count


def put_back() -> int:
    """Suppress in the database what the list knows and it does not; return how many addresses that were not erased these are."""
    with _read_in() as cursor:
        cursor.execute(PUT_BACK)
        others = 0
        while found := cursor.fetchmany(5000):
            others += sum(reason != "erased" for (reason,) in found)
        return others


@contextmanager
def _read_in() -> Iterator[Any]:
    """Give a cursor that has the list in the table `still_apart`, for one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kept_apart, still_apart")
        cursor.execute(READ)
        rows.copy(cursor, "kept_apart", _lines())
        cursor.execute(NET)
        yield cursor
        cursor.execute("DROP TABLE kept_apart, still_apart")


def _lines() -> Iterator[tuple[str, ...]]:
    """Give the lines that are whole; a last one that was cut off is passed over."""
    if not place().exists():
        return
    with place().open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file):
            words = line.split()
            lifted = words[:1] == [LIFTED]
            if (found := _WHOLE.fullmatch(" ".join(words[lifted:]))) is not None:
                workspace, channel, reason, digest, at = found.groups()
                yield (str(number), workspace, channel, reason, f"\\x{digest}", at, "t" if lifted else "f")


def _line(workspace: int, channel: str, reason: str, digest: str, at: str) -> str:
    return f"{workspace} {channel} {reason} {digest} {at}"


def _append(lines: Iterable[str]) -> None:
    """Write lines at the end and wait until they are on the disk."""
    place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, ("\n" + "\n".join(lines) + "\n").encode())  # begins anew where a line was cut off
        os.fsync(handle)
    finally:
        os.close(handle)
