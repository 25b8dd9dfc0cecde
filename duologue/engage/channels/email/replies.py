"""What an SMTP server says: bytes become replies (RFC 5321 4.2), and whoever waits for a number of them is woken once."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from typing import Final, NamedTuple

ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
LONGEST_LINE: Final = 8192


class Reply(NamedTuple):
    """A server's reply: its code and its text, the lines of a longer one apart by line feeds."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        return 200 <= self.code < 400

    @property
    def short(self) -> str:
        """The enhanced status code (RFC 3463) where there is one, else the plain one."""
        found = ENHANCED.match(self.text)
        return found[1] if found else str(self.code)

    @property
    def on_one_line(self) -> str:
        return self.text.replace("\n", " ")


class Replies(asyncio.Protocol):
    """The replies that came in on one connection, in their order. One task waits for them at a time."""

    def __init__(self, within: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._within = within
        self._ready: deque[Reply] = deque()
        self._lines: list[str] = []  # of a reply that is not whole yet
        self._rest = b""
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._broken: Exception | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all that was said was taken."""
        return not (self._ready or self._lines or self._rest)

    async def take(self, count: int) -> list[Reply]:
        """Return the next so many replies. Raises an OSError when the connection breaks or they take too long."""
        if len(self._ready) < count:
            if self._broken is not None:
                raise self._broken
            self._wanted, self._waiter = count, self._loop.create_future()
            timer = self._loop.call_later(self._within, self._break, TimeoutError("no reply in time"))
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        return [self._ready.popleft() for _ in range(count)]

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._read(line.rstrip(b"\r"))
        if len(self._rest) > LONGEST_LINE:
            self._break(ConnectionAbortedError("no SMTP reply"))
        if self._waiter is not None and len(self._ready) >= self._wanted and not self._waiter.done():
            self._waiter.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(exc or ConnectionResetError("closed by the server"))

    def _read(self, line: bytes) -> None:
        if len(line) < 3 or not line[:3].isdigit():
            self._break(ConnectionAbortedError("no SMTP reply"))
            return
        text = line[4:].decode("utf-8", "replace")
        if line[3:4] == b"-":
            self._lines.append(text)
        elif self._lines:
            self._ready.append(Reply(int(line[:3]), "\n".join([*self._lines, text])))
            self._lines = []
        else:
            self._ready.append(Reply(int(line[:3]), text))

    def _break(self, error: Exception) -> None:
        """Let nobody wait any longer; what was said before still counts."""
        self._broken = self._broken or error
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
