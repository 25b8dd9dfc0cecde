"""Events as they are copied to the timeline; nothing here asks the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.people.timeline.names import OURS
from duologue.platform.database import blocks
from duologue.platform.database.blocks import NOTHING, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS: Final = "name, source, profile_id, occurred_at, properties"
RECEIVED: Final = f"{COLUMNS}, received_at"
TIED: Final = f"{RECEIVED}, run_id, delivery_id"


class NewEvent(msgspec.Struct, gc=False):
    """An event about to be written. `received_at` defaults to the moment of writing."""

    profile_id: int
    occurred_at: datetime
    name: str
    properties: dict[str, Any] = {}
    source: str = OURS
    received_at: datetime | None = None
    run_id: int | None = None
    delivery_id: int | None = None


class Span(msgspec.Struct, frozen=True, array_like=True):
    """How many events there are, and when they occurred."""

    events: int
    first: datetime
    last: datetime
    months: set[tuple[int, int]]

    @classmethod
    def of(cls, events: Sequence[NewEvent]) -> Span:
        """Return it of events, at least one."""
        occurred = {event.occurred_at for event in events}
        return cls(len(events), min(occurred), max(occurred), months_of(occurred))


class Block(msgspec.Struct, frozen=True, array_like=True):
    """Events as they are copied; where no column says when they were received, that is when they are written."""

    rows: bytes = b""
    span: Span | None = None
    columns: str = COLUMNS


def as_block(events: Sequence[NewEvent], now: datetime | None = None) -> Block:
    """Return events as they are copied; without `now` none of them may be tied to anything or say when it was received."""
    if not events:
        return Block()
    span = Span.of(events)
    if now is None or all(event.received_at is None and event.run_id is None and event.delivery_id is None for event in events):
        return Block(blocks.as_block([_row(event) for event in events]), span)
    if all(event.run_id is None and event.delivery_id is None for event in events):
        return Block(blocks.as_block([(*_row(event), moment(event.received_at or now)) for event in events]), span, RECEIVED)
    tied = [(*_row(event), moment(event.received_at or now), _number(event.run_id), _number(event.delivery_id)) for event in events]
    return Block(blocks.as_block(tied), span, TIED)


def _row(event: NewEvent) -> tuple[str, ...]:
    properties = msgspec.json.encode(event.properties).decode()
    return (event.name, event.source, str(event.profile_id), moment(event.occurred_at), properties)


def _number(number: int | None) -> str:
    return NOTHING if number is None else str(number)


def months_of(moments: Iterable[datetime]) -> set[tuple[int, int]]:
    """Return the months, in UTC, in which these moments fall."""
    utc = (moment if moment.tzinfo is UTC else moment.astimezone(UTC) for moment in moments)
    return {(at.year, at.month) for at in utc}
