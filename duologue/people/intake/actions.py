"""Receiving events durably, and taking them in."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from django.db import DataError, IntegrityError, connection, transaction

from duologue.kit.pipeline import Passage, Refused, walk
from duologue.people.intake.models import Refusal
from duologue.people.intake.steps import Steps
from duologue.platform.bells.bell import WORKER, ring_once_kept
from duologue.platform.database import locks
from duologue.platform.database.meanwhile import sending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.people.intake.rules import Incoming
    from duologue.platform.workspaces.models import Workspace

WORTH_A_THREAD: Final = 1000  # events: fewer are written before another thread has begun


@transaction.atomic
def receive(
    *, workspace: Workspace, source: str, payloads: Sequence[bytes], now: datetime, arrives_at: Sequence[datetime] | None = None
) -> None:
    """Keep events as they came, durable once the transaction commits; they are taken in when `arrives_at` has come.

    `now` must have been read inside this transaction where the clock is live: `queries.processed_until` relies on it.
    """
    if not payloads:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", (locks.RECEIVING, workspace.pk))
        rows = "COPY people_received (workspace_id, source, received_at, arrives_at, payload) FROM STDIN (FORMAT binary)"
        with connection.wrap_database_errors, cursor.copy(rows) as copy:
            copy.set_types(("int8", "varchar", "timestamptz", "timestamptz", "bytea"))
            for place, payload in enumerate(payloads):
                copy.write_row((workspace.pk, source, now, arrives_at[place] if arrives_at else now, payload))
    ring_once_kept(WORKER)


@transaction.atomic(savepoint=False)
def take_in(*, workspace: Workspace, events: list[Incoming], now: datetime, outside: bool = False) -> Passage[Incoming]:
    """Lead events through the steps; an event that the database will not have is refused alone, the others go on.

    What comes from `outside`, and not from a colleague's file, makes nobody older.
    """
    steps = Steps(workspace, now, outside=outside)
    try:
        with transaction.atomic():
            passage: Passage[Incoming] = walk(Passage(events), [steps.not_seen_before, steps.whose, steps.may_we_keep_it])
            with sending() if len(passage.items) >= WORTH_A_THREAD else nullcontext():
                return walk(passage, [steps.written])
    except (DataError, IntegrityError, ValueError) as mistake:
        if len(events) > 1:
            half = len(events) // 2
            first = take_in(workspace=workspace, events=events[:half], now=now, outside=outside)
            second = take_in(workspace=workspace, events=events[half:], now=now, outside=outside)
            return Passage(first.items + second.items, first.stopped + second.stopped, first.counts + second.counts)
        passage = Passage([])
        sentence = f"The database would not keep this event ({type(mistake).__name__})."
        passage.stop(events[0], Refused("could not be written", sentence))
        return passage


@transaction.atomic(savepoint=False)
def note_refusals(*, workspace: Workspace, refusals: Iterable[tuple[str, Refused, bytes]], now: datetime) -> None:
    """List refused events (source, refusal, payload) where staff can see them, for 30 days."""
    rows = [
        Refusal(
            workspace=workspace, source=source, at=now, reason=refusal.reason[:40], sentence=refusal.sentence[:300], payload=payload[:32768]
        )
        for source, refusal, payload in refusals
    ]
    Refusal.within(workspace).bulk_create(rows, batch_size=1000)
