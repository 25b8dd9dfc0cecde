"""The gate: whether a delivery may leave now, later, or never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from duologue.kit.clock import next_open

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo


@dataclass(slots=True, frozen=True)
class Cap:
    """At most so many promotions in this span, over all dialogues; `channel` empty means over all channels."""

    at_most: int
    within: timedelta
    channel: str = ""


class Asked(msgspec.Struct):
    """All that the gate looks at for one delivery."""

    kind: str
    basis: str
    channel: str
    too_late_at: datetime
    opens_at: datetime
    address: str | None = None
    is_suppressed: bool = False
    may: bool = False
    lacks_parent: bool = False  # they said yes, too young for it
    declined: bool = False  # the message is about a topic that the person does not want to hear about
    paused_until: datetime | None = None
    received: Sequence[tuple[datetime, str]] = ()
    pace: Cap | None = None  # the person's own wish, beside the caps of all


@dataclass(slots=True, frozen=True)
class Verdict:
    """`now`, `later` (with the moment and why), or `never` (why)."""

    answer: Literal["now", "later", "never"]
    why: str = ""
    at: datetime | None = None


NEEDS_PARENT: Final = "needs_parent"
DECLINED: Final = "declined_topic"
NOW = Verdict("now")
WARM_UP: Final = "warm_up"  # later, because the day's places are taken; that time is no delay
NEVER_MEET: Final = 30  # openings that were tried in turn


def may_we_send(asked: Asked, caps: Sequence[Cap], now: datetime) -> Verdict:
    """Answer for one delivery; what can never be is said before what may be later.

    Service messages (basis contract or confirmation) need no consent and are outside caps, pauses and topics; suppression holds for all.
    """
    if asked.address is None:
        return Verdict("never", "no_address")
    if asked.is_suppressed:
        return Verdict("never", "suppressed")
    if asked.basis == "consent" and not asked.may:
        return Verdict("never", NEEDS_PARENT if asked.lacks_parent else "no_consent")
    if asked.declined and (asked.kind == "promotion" or asked.basis == "consent"):
        return Verdict("never", DECLINED)
    if now > asked.too_late_at:
        return Verdict("never", "too_late")
    at, why = now, ""
    if asked.kind == "promotion":
        if asked.paused_until is not None and asked.paused_until > at:
            at, why = asked.paused_until, "paused"
        free_at = caps_free_at((*caps, asked.pace) if asked.pace else caps, asked.channel, asked.received, now)
        if free_at > at:
            at, why = free_at, "cap"
    if asked.opens_at > at:
        at, why = asked.opens_at, "window"
    if at <= now:
        return NOW
    if at > asked.too_late_at:
        return Verdict("never", f"too_late_{why}" if why else "too_late")
    return Verdict("later", why, at)


def caps_free_at(caps: Sequence[Cap], channel: str, received: Sequence[tuple[datetime, str]], now: datetime) -> datetime:
    """Return the first moment at which every cap leaves room for one more; `received` holds (when, channel) in any order."""
    free_at = now
    for cap in caps:
        if cap.channel and cap.channel != channel:
            continue
        if cap.at_most <= 0:
            free_at = max(free_at, now + timedelta(days=36_500))
            continue
        counted = sorted(at for at, by in received if (not cap.channel or by == cap.channel) and at > now - cap.within)
        if len(counted) >= cap.at_most:
            free_at = max(free_at, counted[-cap.at_most] + cap.within)
    return free_at


def opens_at(windows: Sequence[str], zone: ZoneInfo, now: datetime) -> datetime:
    """Return the first moment at which all windows are open, the last of them being the person's own; where they never meet, that one's."""
    at = now
    for _ in range(NEVER_MEET):
        later = at
        for window in windows:
            later = next_open(window, zone, later)
        if later == at:
            return at
        at = later
    return next_open(windows[-1], zone, now)


RETRIES = (timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=3), timedelta(hours=8))


def try_again_at(attempt: int, now: datetime) -> datetime:
    """Return when to try again after a temporary refusal of this attempt, the first being 1."""
    return now + RETRIES[min(max(attempt, 1), len(RETRIES)) - 1]
