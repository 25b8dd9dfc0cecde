"""What may be an endpoint, how its events are named and numbered, and what follows a failure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from duologue.kit.pipeline import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
EVERY: Final = "*"
MOST_NAMES: Final = 100
FORMER_STAYS: Final = timedelta(hours=24)
REFUSED_TRIES: Final = (timedelta(seconds=5), timedelta(seconds=30))
SILENT_TRIES: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    *[timedelta(hours=2)] * 3,
    *[timedelta(hours=5)] * 3,
)
"""Twenty-two hours in all: longer than a night in which nobody is there to mend it."""
LATER: Final = frozenset({408, 425, 429})
GONE: Final = 410
MESSAGE: Final = re.compile(r"evt_([0-9a-f]{1,16})_([0-9a-f]{1,16})_([0-9a-f]{8})")


@dataclass(slots=True, frozen=True)
class Failure:
    """Why an event was not taken: by a status, or by no answer at all."""

    reason: str
    status: int | None = None
    for_good: bool = False  # the address may not be called: trying again is no use


@dataclass(slots=True, frozen=True)
class Next:
    """What follows a failure: another try at a moment, or the event is set aside, or the endpoint is paused, or both."""

    at: datetime | None = None
    set_aside: bool = False
    pause: bool = False


def after(failure: Failure, attempt: int, now: datetime) -> Next:
    """Say what follows the failure of an attempt, the first being 1.

    Who refuses an event (a status of the 400s) does not want this one: after three tries it is set aside, and the next is told. Who does
    not answer, or has trouble of its own, would not take the next one either: after the last try the endpoint is paused.
    """
    if failure.for_good or failure.status == GONE:
        return Next(pause=True)
    refuses = is_refusal(failure)
    tries = REFUSED_TRIES if refuses else SILENT_TRIES
    return Next(at=now + tries[attempt - 1]) if attempt <= len(tries) else Next(set_aside=True, pause=not refuses)


def is_refusal(failure: Failure) -> bool:
    """Say whether it does not want this one event, and may well take the next."""
    return failure.status is not None and 300 <= failure.status < 500 and failure.status not in LATER and failure.status != GONE


def kind_of(event: str) -> str:
    """Return an event's name as Standard Webhooks writes types: `Order Completed` is `order.completed`."""
    return ".".join(re.findall(r"[\w-]+", event.lower())) or "event"


def message_id(write_id: int, event_id: int, name: str, occurred_at: datetime) -> str:
    """Return the id under which an event is told, every time the same.

    After a restore numbers may be given again, so that it carries eight digits that depend on the event itself.
    """
    return f"evt_{write_id:x}_{event_id:x}_{_digits(name, occurred_at)}"


def read_message_id(said: str) -> tuple[int, int] | None:
    """Return (write_id, event_id) of an id that `message_id` made; None for anything else."""
    found = MESSAGE.fullmatch(said)
    numbers = (int(found.group(1), 16), int(found.group(2), 16)) if found else None
    return numbers if numbers and max(numbers) < 2**62 else None


def _digits(name: str, occurred_at: datetime) -> str:
    return hashlib.blake2b(f"{name}\0{occurred_at.timestamp()}".encode(), digest_size=4).hexdigest()


def checked_name(name: str) -> str:
    """Return the name of an endpoint; raises Refused for what is none."""
    if not NAME.fullmatch(name):
        raise Refused("no name", f"{name!r} is no name for an endpoint; take small letters, digits and dashes, at most 39.")
    return name


def checked_url(url: str, *, private: bool) -> str:
    """Return an address that may be called; raises Refused. Whether it leads into a private network is asked at each call."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if (
        len(url) > 500
        or not host
        or parts.scheme not in ({"https", "http"} if private else {"https"})
        or port == 0
        or not url.isprintable()
    ):
        raise Refused("no address", f"{url[:100]!r} is no address to call; it begins with https:// and has at most 500 characters.")
    if parts.username or parts.password or parts.fragment or " " in url:
        raise Refused("no address", "The address holds no user, password, fragment or space; calls are signed instead.")
    return url


def checked_events(names: Sequence[str]) -> list[str]:
    """Return the names of events asked for, each once, or * alone; raises Refused."""
    found = sorted({name.strip() for name in names if name.strip()})
    if EVERY in found:
        return [EVERY]
    if not found or len(found) > MOST_NAMES or any(len(name) > 120 or not name.isprintable() for name in found):
        raise Refused("no events", "Name 1 to 100 events, each as the timeline writes it, such as Order Completed; * stands for all.")
    return found
