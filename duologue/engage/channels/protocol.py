"""What a channel is: it takes letters and tells, for each, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

NOBODYS: Final = ("5.1.1", "5.1.2", "5.1.10")
"""Codes of a failure by which an address is nobody's: no such mailbox or domain (RFC 3463), a domain that takes no mail (RFC 7505)."""


class Letter(msgspec.Struct):
    """One delivery, written: all that a channel needs to hand it over. `html` and `text` in pieces are quoted-printable already."""

    delivery: int
    attempt: int
    sender_name: str
    sender_address: str
    recipient: str
    subject: str
    html: str | list[bytes]
    text: str | list[bytes]
    at: datetime
    unsubscribe: str = ""
    feedback: str = ""
    in_reply_to: str = ""
    reply_to: str = ""


class Outcome(msgspec.Struct, gc=False):
    """What became of one letter.

    accepted: the carrier took it. failed: refused for good; with a code of `NOBODYS` its address is to blame. deferred: not taken, may be
    tried again (`code` says why).
    uncertain: it may have been taken; it is never sent again by itself.
    """

    delivery: int
    kind: Literal["accepted", "failed", "deferred", "uncertain"]
    relay: str = ""
    code: str = ""
    text: str = ""


class Channel(Protocol):
    """One way to reach people. `address_kind` is the identifier it needs."""

    name: str
    address_kind: str

    def ready_at(self, *, workspace: Workspace, now: datetime) -> datetime | None:
        """Return `now` if a carrier would take letters now, a later moment if all are resting, None if there is none."""
        ...

    def send(self, *, workspace: Workspace, letters: Sequence[Letter], now: datetime) -> list[Outcome]:
        """Hand letters over; return one outcome for each. Never raises for what a carrier says or fails to say."""
        ...

    def look_up(self, *, workspace: Workspace, deliveries: Sequence[tuple[int, int, str]]) -> dict[int, Outcome]:
        """Return what this channel's own records say of (delivery, attempt, sender) whose sender is gone.

        Deliveries that certainly never left come back as deferred; missing ones belong to a sender that may still live.
        """
        ...
