"""What an SMTP server says: bytes become replies (RFC 5321 4.2), given to whoever waits for so many of them."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Generator
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
LONGEST_LINE: Final = 8192
T = TypeVar("T")
Talk = Generator[int, "list[Reply]", T]


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
    """The replies that came in on one connection, in their order.

    Whoever talks to the server is a generator: it yields how many replies it waits for and is given them as soon as they are
    there, without a task or a timer for each. One runs at a time. `at_rest` is called when all that came in has been dealt with.
    """

    def __init__(self, within: float, at_rest: Callable[[], None] = lambda: None) -> None:
        self._loop = asyncio.get_running_loop()
        self._within = within
        self._at_rest = at_rest
        self._ready: deque[Reply] = deque()
        self._lines: list[str] = []  # of a reply that is not whole yet
        self._rest = b""
        self._talk: Talk[Any] | None = None
        self._wanted = 0
        self._until = 0.0
        self._said: asyncio.Future[Any] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._broken: Exception | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all that was said was taken."""
        return not (self._ready or self._lines or self._rest)

    async def run(self, talk: Talk[T]) -> T:
        """Let someone talk and return what it returns; an OSError is thrown in where the connection breaks or replies take too long."""
        self._talk, self._wanted, self._said = talk, 0, self._loop.create_future()
        self._until = self._loop.time() + self._within
        self._look()
        try:
            self._go_on()
            result: T = await self._said
            return result
        finally:
            self._talk = None
            self._at_rest()
            if self._timer is not None:
                self._timer.cancel()

    async def take(self, count: int) -> list[Reply]:
        """Return the next so many replies. Raises an OSError when the connection breaks or they take too long."""
        return await self.run(_taking(count))

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._read(line.rstrip(b"\r"))
        if len(self._rest) > LONGEST_LINE:
            self._broken = self._broken or ConnectionAbortedError("no SMTP reply")
        self._go_on()
        self._at_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(exc or ConnectionResetError("closed by the server"))

    def _read(self, line: bytes) -> None:
        if line[3:4] == b"-" or self._lines or len(line) < 3 or not line[:3].isdigit():
            self._read_longer(line)
        else:
            self._ready.append(_reply(line))

    def _read_longer(self, line: bytes) -> None:
        if len(line) < 3 or not line[:3].isdigit():
            self._broken = self._broken or ConnectionAbortedError("no SMTP reply")
            return
        self._lines.append(line[4:].decode("utf-8", "replace"))
        if line[3:4] != b"-":
            self._ready.append(Reply(int(line[:3]), "\n".join(self._lines)))
            self._lines = []

    def _go_on(self) -> None:
        """Give the one who talks what it waits for, as long as there is enough."""
        while (talk := self._talk) is not None:
            try:
                if len(self._ready) >= self._wanted:
                    given = [self._ready.popleft() for _ in range(self._wanted)]
                    self._wanted = talk.send(given) if given else next(talk)
                elif self._broken is not None:
                    self._wanted = talk.throw(self._broken)
                else:
                    return
            except StopIteration as end:
                self._talk = None
                if not self._said.done():
                    self._said.set_result(end.value)
            except Exception as error:  # noqa: BLE001 - whoever waits for the talk is told
                self._talk = None
                if not self._said.done():
                    self._said.set_exception(error)
            self._until = self._loop.time() + self._within

    def _look(self) -> None:
        """Break off once the server has been silent for too long; until then look again when it would be."""
        left = self._until - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._break(TimeoutError("no reply in time"))

    def _break(self, error: Exception) -> None:
        """Let nobody wait any longer; what was said before still counts."""
        self._broken = self._broken or error
        self._go_on()
        self._at_rest()


def _taking(count: int) -> Talk[list[Reply]]:
    return (yield count)


@lru_cache(maxsize=1024)
def _reply(line: bytes) -> Reply:
    return Reply(int(line[:3]), line[4:].decode("utf-8", "replace"))
