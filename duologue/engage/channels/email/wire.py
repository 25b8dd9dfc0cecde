"""The wire: one thread with an event loop, holding kept connections to every relay in use."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import uvloop

from duologue.engage.channels.email.pace import Paces
from duologue.engage.channels.email.smtp import Connection, RelayTrouble, Way
from duologue.engage.channels.protocol import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from duologue.engage.channels.email.mime import Mail

T = TypeVar("T")
LETTERS_PER_CONNECTION = 5000


@dataclass(slots=True)
class Handed:
    """What came of a share of letters at one relay; `trouble` is a sentence when the relay itself failed, `left` what it did not take."""

    outcomes: list[Outcome]
    left: list[Mail]
    trouble: str = ""


@dataclass(slots=True, frozen=True)
class Share:
    """Letters for one relay."""

    relay: str
    way: Way
    mails: Sequence[Mail]
    connections: int = 10
    per_second: float | None = None
    domains: tuple[tuple[str, float], ...] = ()
    leave_within: float = 10.0


class Wire:
    """Hands letters over from any thread; connections stay open between batches."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._loop = uvloop.new_event_loop()
        self._idle: dict[Way, deque[Connection]] = {}
        self._paces: dict[str, Paces] = {}
        threading.Thread(target=self._loop.run_forever, name="wire", daemon=True).start()

    @property
    def is_ours(self) -> bool:
        """False in a forked child, which has no such thread."""
        return self._pid == os.getpid()

    def hand_over(self, shares: Sequence[Share]) -> list[Handed]:
        """Hand shares over at the same time; wait until every letter has an outcome or was given back."""
        return self._run(self._all(shares))

    def close(self) -> None:
        """Say goodbye on every kept connection."""
        self._run(self._quit())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _all(self, shares: Sequence[Share]) -> list[Handed]:
        return list(await asyncio.gather(*(self._share(share) for share in shares)))

    async def _share(self, share: Share) -> Handed:
        queue = _Queue(share, self._paces_of(share))
        handed = Handed([], [])
        workers = min(share.connections, len(share.mails))
        await asyncio.gather(*(self._work(share, queue, handed) for _ in range(workers)))
        if queue.waiting and handed.trouble:
            handed.left.extend(queue.waiting)
        else:
            handed.trouble = ""
            handed.outcomes += [_not_left(share, mail, "It did not leave in time.") for mail in queue.waiting]
        handed.outcomes += queue.too_slow
        return handed

    async def _work(self, share: Share, queue: _Queue, handed: Handed) -> None:
        """Send letters over one connection until none is left or the time is over; without a connection leave them to others."""

        def told(outcome: Outcome) -> None:
            outcome.relay = share.relay
            handed.outcomes.append(outcome)

        connection: Connection | None = None
        mail = await queue.take()
        while mail is not None:
            first = mail
            try:
                connection, mail = await self._letters(share, connection, first, queue, told)
            except RelayTrouble as trouble:
                queue.put_back(trouble.mail or first)
                handed.trouble = str(trouble)
                return
            mail = mail or await queue.take()
        if connection is not None and connection.is_usable:
            self._keep(share.way, connection)

    async def _letters(
        self, share: Share, connection: Connection | None, mail: Mail, queue: _Queue, told: Callable[[Outcome], None]
    ) -> tuple[Connection | None, Mail | None]:
        """Send letters, beginning with this one; return the connection and a letter that is still to be sent.

        A kept connection may have died meanwhile: then a fresh one gets the letter, of which nothing was taken. Raises
        RelayTrouble, with the letter in turn, where no connection can be had.
        """
        kept = connection if connection is not None and connection.is_usable else self._idle_one(share.way)
        if kept is not None:
            try:
                return kept, await kept.send(mail, queue, told)
            except RelayTrouble as trouble:
                mail = trouble.mail or mail
        try:
            fresh = await Connection.open(share.way)
        except RelayTrouble as trouble:
            trouble.mail = mail
            raise
        try:
            return fresh, await fresh.send(mail, queue, told)
        except RelayTrouble as trouble:
            if trouble.mail is not mail:
                return None, trouble.mail
            told(Outcome(mail.letter.delivery, "deferred", code="connection_lost", text=str(trouble)))
            return None, None

    def _idle_one(self, way: Way) -> Connection | None:
        idle = self._idle.get(way)
        while idle:
            connection = idle.pop()
            if connection.is_usable:
                return connection
        return None

    def _keep(self, way: Way, connection: Connection) -> None:
        if connection.sent >= LETTERS_PER_CONNECTION:
            connection.drop()
        else:
            self._idle.setdefault(way, deque()).append(connection)

    def _paces_of(self, share: Share) -> Paces | None:
        if not share.per_second and not share.domains:
            return None
        paces = self._paces.get(share.relay)
        if paces is None or paces.limits != (share.per_second, share.domains):
            paces = self._paces[share.relay] = Paces(share.per_second, dict(share.domains))
        return paces

    async def _quit(self) -> None:
        everyone = [connection for idle in self._idle.values() for connection in idle]
        self._idle.clear()
        await asyncio.gather(*(connection.quit() for connection in everyone))


class _Queue:
    """The letters of one share that wait for a connection, for as long as they may."""

    def __init__(self, share: Share, paces: Paces | None) -> None:
        self.waiting = deque(share.mails)
        self.too_slow: list[Outcome] = []
        self._share = share
        self._paces = paces
        self._until = time.monotonic() + share.leave_within

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    async def take(self) -> Mail | None:
        """Return the next letter once its relay's and its domain's pace allow it, or None when there is none or the time is over."""
        while self._paces is not None and self.waiting and (left := self._until - time.monotonic()) > 0:
            mail = self.waiting.popleft()
            pause = self._paces.take(mail.letter.recipient, left)
            if pause is not None:
                await asyncio.sleep(pause)
                return mail
            self.too_slow.append(_not_left(self._share, mail, "Its turn came too late."))
        return None if self._paces is not None else self.at_once()

    def put_back(self, mail: Mail) -> None:
        """Take a letter back that did not leave."""
        self.waiting.appendleft(mail)

    def at_once(self) -> Mail | None:
        """Return the next letter if it may leave without waiting for its pace."""
        if self._paces is not None or not self.waiting or self.is_over:
            return None
        return self.waiting.popleft()


def _not_left(share: Share, mail: Mail, why: str) -> Outcome:
    return Outcome(mail.letter.delivery, "deferred", share.relay, "not_left", why)


_wire: Wire | None = None
_lock = threading.Lock()


def wire() -> Wire:
    """Return this process's wire."""
    global _wire  # noqa: PLW0603 - one per process
    with _lock:
        if _wire is None or not _wire.is_ours:
            _wire = Wire()
        return _wire
