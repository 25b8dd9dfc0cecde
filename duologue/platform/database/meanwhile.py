"""COPYs that PostgreSQL takes in while the rows of the next one are made."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from psycopg.copy import LibpqWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE: Final = 1 << 15
PAUSE: Final = 0.002  # seconds; what a socket holds lasts PostgreSQL longer
MOST_BYTES: Final = 8 * 1024 * 1024  # on their way at a time


class Sender:
    """Sends the COPYs of one connection in the order given, in a thread of its own; any other statement waits for them."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "sender")
        self._sent: list[Future[None]] = []
        self._bytes = 0

    def add(self, cursor: Any, statement: str, blocks: list[bytes]) -> None:
        """Take a COPY; raises what became of an earlier one."""
        size = sum(map(len, blocks))
        if self._bytes + size > MOST_BYTES:
            self.wait()
        self._bytes += size
        self._sent.append(self._thread.submit(_send, cursor.connection, statement, blocks))

    def wait(self) -> None:
        """Wait until none is left on its way; raises where one was not taken in.

        Not even then may any be left: it would go on in whatever the connection begins next.
        """
        sent, self._sent, self._bytes = self._sent, [], 0
        wait(sent)
        with connection.wrap_database_errors:
            for one in sent:
                one.result()

    def before(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001  Django's
        """Let another statement of the connection wait."""
        self.wait()
        return execute(sql, params, many, context)

    def close(self) -> None:
        """End the thread once it has nothing left to do."""
        self._thread.shutdown()


_sender: ContextVar[Sender | None] = ContextVar("sender", default=None)


def is_sending() -> bool:
    """Say whether COPYs are gathered here while the caller goes on; any other statement would wait for them."""
    return _sender.get() is not None


@contextmanager
def sending() -> Iterator[None]:
    """Send COPYs while the caller makes the next rows; raises in the end, at the latest, where one was not taken in.

    It belongs inside a transaction's own block, so that what it raises rolls that back.
    """
    if (outer := _sender.get()) is not None:
        yield
        outer.wait()
        return
    sender = Sender()
    token = _sender.set(sender)
    try:
        with connection.execute_wrapper(sender.before):
            yield
            sender.wait()
    finally:
        _sender.reset(token)
        sender.close()


@contextmanager
def copying(cursor: Any, statement: str) -> Iterator[Any]:
    """Give something with `write(block)`: the COPY itself, or what gathers its blocks for the sender."""
    sender = _sender.get()
    if sender is None:
        with cursor.copy(statement) as stream:
            yield stream
        return
    gathered = Gathered()
    yield gathered
    sender.add(cursor, statement, gathered.blocks)


class Gathered:
    """The blocks of one COPY."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []

    def write(self, block: bytes) -> None:
        self.blocks.append(block)


class Patient(LibpqWriter):
    """Hands over what the connection takes and then sleeps a little.

    Waiting for it to take more would wake this thread for every few bytes, and each time stop the one that makes rows.
    """

    def write(self, data: Any) -> None:
        """Hand over a block."""
        for start in range(0, len(data), PIECE):
            while self._pgconn.put_copy_data(data[start : start + PIECE]) == 0:
                time.sleep(PAUSE)
            while self._pgconn.flush():
                time.sleep(PAUSE)


def _send(raw: Any, statement: str, blocks: list[bytes]) -> None:
    with raw.cursor() as cursor, cursor.copy(statement, writer=Patient(cursor)) as stream:
        for block in blocks:
            stream.write(block)
