"""Statements of consent as they are copied: each tied to its profile's last, what holds now, and what the timeline is told.

Nothing here asks the database.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.people.consent.rules import START, Said, content_digest, content_of, link_digest, newest_of
from duologue.people.timeline.blocks import Block, NewEvent
from duologue.people.timeline.blocks import as_block as told_as_block
from duologue.people.timeline.names import CONSENT_GRANTED, CONSENT_REFUSED, CONSENT_WITHDRAWN
from duologue.platform.database.blocks import NOTHING, as_block, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

STATEMENTS: Final = """people_consentstatement
    (workspace_id, profile_id, number, channel, purpose, state, at, source, wording, proof, salt, content, digest)"""
KEPT: Final = "people_consentnow (workspace_id, profile_id, purpose, channel, state, at, heard_at)"
EVENT_OF: Final = {"granted": CONSENT_GRANTED, "withdrawn": CONSENT_WITHDRAWN, "refused": CONSENT_REFUSED}
Ends = dict[int, tuple[int, bytes]]
"""By profile the number and the digest of its last statement."""


class NewStatement(msgspec.Struct, frozen=True, gc=False):
    """What a profile says about a channel and a purpose; `state` is granted, withdrawn or refused.

    `at` is LONG_AGO where the day is not known; `heard_at` then says by when it was said.
    """

    profile_id: int
    channel: str
    purpose: str
    state: str
    at: datetime
    source: str
    wording: str = ""
    proof: dict[str, Any] = {}
    heard_at: datetime | None = None


class FirstSaid(msgspec.Struct, frozen=True, array_like=True):
    """What profiles say of whom nothing is held yet, as it is copied."""

    statements: bytes
    kept: bytes
    told: Block


def said_first(statements: Sequence[NewStatement]) -> FirstSaid:
    """Return what profiles say for the first time, as it is copied."""
    latest = newest_of([said(one) for one in statements])
    return FirstSaid(
        as_block(list(chained(statements, no_ends()))),
        as_block(kept_rows(one for _, one in sorted(latest.items()))),
        told_as_block([told_of(one) for one in statements]),
    )


def no_ends() -> Ends:
    """Return the ends of chains that all begin."""
    return defaultdict(lambda: (0, START))


def said(one: NewStatement) -> Said:
    """Return what of a statement decides which of several holds."""
    return Said(one.profile_id, one.channel, one.purpose, one.state, one.at, one.heard_at)


def chained(statements: Sequence[NewStatement], ends: Ends) -> Iterator[tuple[str, ...]]:
    """Give the rows of statements, each tied to its profile's last, and move the ends on."""
    salts = secrets.token_bytes(16 * len(statements))
    for place, one in enumerate(statements):
        number, previous = ends[one.profile_id]
        salt = salts[16 * place : 16 * place + 16]
        said, written = _written(one) if one.proof else _repeated(one.channel, one.purpose, one.state, one.at, one.source, one.wording)
        content = content_digest(salt, said)
        digest = link_digest(previous, content)
        ends[one.profile_id] = (number + 1, digest)
        yield (str(one.profile_id), str(number + 1), *written, f"\\x{salt.hex()}", f"\\x{content.hex()}", f"\\x{digest.hex()}")


def _written(one: NewStatement) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement as its digest is taken over it, and as it is written."""
    said = {"channel": one.channel, "purpose": one.purpose, "state": one.state, "at": moment(one.at.astimezone(UTC))}
    content = content_of({**said, "source": one.source, "wording": one.wording, "proof": one.proof})
    return content, (*said.values(), one.source, one.wording, msgspec.json.encode(one.proof).decode())


@lru_cache(maxsize=256)
def _repeated(*said: Any) -> tuple[bytes, tuple[str, ...]]:
    """Return the same of a statement without proof, which thousands make in the same words."""
    return _written(NewStatement(0, *said))


def kept_rows(latest: Iterable[Said]) -> list[tuple[str, ...]]:
    """Return what holds of profiles for the first time."""
    return [
        (str(one.profile_id), one.purpose, one.channel, one.state, moment(one.at), moment(one.heard_at) if one.heard_at else NOTHING)
        for one in latest
    ]


def told_of(one: NewStatement) -> NewEvent:
    """Return what the timeline is told of a statement."""
    properties = {"channel": one.channel, "purpose": one.purpose, "source": one.source}
    return NewEvent(one.profile_id, one.at, EVENT_OF[one.state], properties, one.source)
