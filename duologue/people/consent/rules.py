"""What a person's statements amount to, and the chain that proves them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


GRANTED: Final = "granted"
WITHDRAWN: Final = "withdrawn"
PARENT: Final = "parent"
"""Where a parent's consent stands among the channels."""
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When somebody agreed of whom nobody knows when: before any leaving that is known, or comes to be known."""
START: Final = bytes(32)
_OTHERS: Final = ("external", "card", "handle", "postal", "device")
CHANNELS_OF: Final = {"email": ("email",), "phone": ("phone", "sms", "whatsapp"), **{kind: (kind,) for kind in _OTHERS}}
"""Under which names an identifier stands on the suppression list once its owner was erased."""
KIND_OF: Final = {
    "email": "email",
    **dict.fromkeys(("phone", "sms", "whatsapp", "voice"), "phone"),
    **{kind: kind for kind in _OTHERS},
}
"""Which kind of identifier a channel's addresses are."""


def topic_fact(topic: str) -> str:
    """Return the key of the fact that says whether someone wants to hear about a topic."""
    return f"topic.{topic}"


class Said(msgspec.Struct, frozen=True, gc=False):
    """A profile's latest statement for a channel and a purpose; `heard_at` only where the day it was made is not known."""

    profile_id: int
    channel: str
    purpose: str
    state: str
    at: datetime
    heard_at: datetime | None = None

    @property
    def aged_at(self) -> datetime:
        """The moment by which the person's age is judged: who agreed on a day that is not known was as old as when it was heard."""
        return self.heard_at or self.at


@dataclass(slots=True, frozen=True)
class Paused:
    """A stretch of silence; without `until` it lasts until it is lifted."""

    because: str
    since: datetime
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(slots=True, frozen=True)
class Wishes:
    """How a person wants to hear from the brand, over all profiles: the slowest pace, and the hours said last."""

    pace_days: int = 0
    hours: str = ""


@dataclass(slots=True, frozen=True)
class Union:
    """A merge that still holds: these profiles came to a person at this moment."""

    profiles: frozenset[int]
    at: datetime


class Young(msgspec.Struct, frozen=True, gc=False):
    """What an unproven form says of an age: who sends it is too young until a day. It binds what is granted from then on."""

    since: datetime
    until: date


class Standing(msgspec.Struct):
    """What one person allowed and what keeps quiet for them."""

    said: list[Said] = []
    pauses: list[Paused] = []
    unions: list[Union] = []
    of_age_on: date | None = None  # where they are or were too young: from when on their own consent counts
    forms: list[Young] = []

    def may(self, channel: str, purpose: str) -> bool:
        """Say whether the person granted this and took it back on no profile since; a withdrawal wins a tie.

        A grant on one profile and a withdrawal on another, joined by a merge: the withdrawal wins unless the grant
        was stated after both the withdrawal and the merge. What someone granted while too young counts with a parent's consent.
        """
        if channel == PARENT or (self.of_age_on is None and not self.forms):
            return self._stands(channel, purpose, self.said)
        of_age = [one for one in self.said if one.state != GRANTED or not self.was_young(one.aged_at)]
        return self._stands(channel, purpose, of_age) or (self.said_yes(channel, purpose) and self.said_yes(PARENT, purpose))

    def lacks_parent(self, channel: str, purpose: str) -> bool:
        """Say whether the person has said yes, too young for it, and no parent has."""
        return self.said_yes(channel, purpose) and not self.may(channel, purpose)

    def was_young(self, at: datetime) -> bool:
        """Say whether the person's own word of this moment needs a parent's beside it."""
        day = at.date()
        return (self.of_age_on is not None and day < self.of_age_on) or any(one.since <= at and day < one.until for one in self.forms)

    def _stands(self, channel: str, purpose: str, said: Sequence[Said]) -> bool:
        here = [one for one in said if one.channel == channel and one.purpose == purpose]
        against = [one for one in here if one.state != GRANTED]
        return any(one.state == GRANTED and all(self._outlives(one, other) for other in against) for one in here)

    def said_yes(self, channel: str, purpose: str) -> bool:
        """Say whether the person's own word is yes; who is too young for it also needs a parent's, which `may` asks for."""
        return self._stands(channel, purpose, self.said)

    def paused(self, now: datetime) -> bool:
        """Say whether promotion is silent: snoozed, or a complaint is open."""
        return any(pause.holds(now) for pause in self.pauses)

    def paused_until(self, now: datetime) -> datetime | None:
        """Return when the last pause with an end is over, or None when one has no end or none holds."""
        holding = [pause.until for pause in self.pauses if pause.holds(now)]
        ends = [until for until in holding if until is not None]
        return max(ends) if ends and len(ends) == len(holding) else None

    def _outlives(self, grant: Said, withdrawal: Said) -> bool:
        if grant.at <= withdrawal.at:
            return False
        joined = [one.at for one in self.unions if (grant.profile_id in one.profiles) != (withdrawal.profile_id in one.profiles)]
        return not joined or grant.at > max(joined)


def content_of(statement: dict[str, Any]) -> bytes:
    """Return a statement as its digest is taken over it."""
    return msgspec.json.encode(statement, order="sorted")


def content_digest(salt: bytes, content: bytes) -> bytes:
    """Return the salted digest of a statement; once the salt is gone nothing can be guessed from it."""
    return hashlib.blake2b(content, key=salt, digest_size=32).digest()


def link_digest(previous: bytes, content: bytes) -> bytes:
    """Return the digest that ties a statement's content to all before it."""
    return hashlib.blake2b(previous + content, digest_size=32, person=b"consent").digest()


def broken_at(chain: Iterable[tuple[int, bytes, bytes]]) -> int | None:
    """Return the number of the first statement that breaks a chain of (number, content, digest), or None when it holds."""
    previous, expected = START, 1
    for number, content, digest in chain:
        if number != expected or link_digest(previous, bytes(content)) != bytes(digest):
            return number
        previous, expected = bytes(digest), number + 1
    return None


def newest_of(statements: Sequence[Said]) -> dict[tuple[int, str, str], Said]:
    """Return the latest per profile, purpose and channel; at the same moment what is not a grant wins."""
    newest: dict[tuple[int, str, str], Said] = {}
    for one in statements:
        key = (one.profile_id, one.purpose, one.channel)
        before = newest.get(key)
        if before is None or before.at < one.at or (before.at == one.at and before.state == GRANTED):
            newest[key] = one
    return newest
