"""The sender's work: claim, ask the gate, write, hand over, write down what came of it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.engage.channels import journal, registry
from duologue.engage.channels.protocol import Outcome
from duologue.engage.messages import ahead, outcomes
from duologue.engage.messages.abandoned import settle_abandoned
from duologue.engage.messages.claims import Claimed, claim, judge
from duologue.engage.messages.restored import hold_back
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.messages.trials import choose
from duologue.engage.messages.writing import Written, write_letters
from duologue.platform.database.clock import database_now
from duologue.platform.registry.leases import Leases
from duologue.platform.registry.shards import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from duologue.engage.channels.protocol import Letter
    from duologue.platform.workspaces.models import Workspace

ROLE = "gate"
BATCH = 500
QUICK = 1.0  # seconds; where a batch takes longer on the wire, the next would only wait for it
WAITS_FOR_THE_WIRE = 2.0  # seconds; with those that a channel takes to send, the ten after which the gate is asked again
leases = Leases(ROLE)
_gate = threading.Lock()  # threads of one process share its leases
_in_flight: set[int] = set()  # this process's own: not abandoned, whatever their state


@dataclass(slots=True)
class Batch:
    """Deliveries taken out of the queue, what was written for them, and when, on this machine's clock."""

    claimed: list[Claimed]
    written: Written
    taken_at: float
    number: int | None = None  # under which it is on the wire


def send_due(workspace: Workspace, now: datetime, most: int = 2500) -> int:
    """Send what is due, at most so many; return how many deliveries moved (sent, put off or withheld). 0 when nothing is due.

    Only for people whose shards this process holds: whatever counts towards their caps passes here one batch after the other.
    While a full batch is on the wire the next one passes the gate.
    """
    settled = settle_abandoned(workspace, _in_flight, now)
    try:
        moved = _send_batches(workspace, now, most)
    finally:
        ahead.end()
    if moved and not _in_flight:
        journal.shorten()
    return moved + settled


def _send_batches(workspace: Workspace, now: datetime, most: int) -> int:
    """Send batch after batch; return how many deliveries moved."""
    moved, took = 0, 0.0
    wanted = min(BATCH, most)
    batch = _next(workspace, now, wanted)
    while batch is not None:
        moved += len(batch.claimed)
        is_more = len(batch.claimed) == wanted
        wanted = min(BATCH, most - moved) if is_more else 0
        coming = ahead.begin(_next, workspace, now, wanted) if wanted > 0 and took < QUICK and ahead.is_possible(workspace) else None
        began = time.monotonic()
        try:
            _hand_over(workspace, batch, now)
        except BaseException:
            if coming is not None:
                _give_up(coming)
            raise
        took = time.monotonic() - began
        batch = coming.result() if coming is not None else _next(workspace, now, wanted)
    return moved


def _next(workspace: Workspace, now: datetime, most: int) -> Batch | None:
    """Take a batch; None where nothing is due, all sending is stopped, or the shards are somebody else's."""
    if most <= 0 or _is_stopped(workspace):
        return None
    with _gate:
        held = leases.of(workspace)
        if not held:
            return None
        try:
            return _take(workspace, now, most, held)
        except LeaseLost:
            leases.lost()
            return None


def _give_up(coming: Future[Batch | None]) -> None:
    """Leave a batch that was made ahead to whoever settles what was abandoned: by the journal none of it has left."""
    batch = None if coming.exception() else coming.result()
    if batch is not None:
        _in_flight.difference_update(letter.delivery for letter in batch.written.letters)


def _take(workspace: Workspace, now: datetime, most: int, held: Mapping[int, int]) -> Batch | None:
    """Claim a batch, ask the gate, write what may leave and mark it as handing over: one transaction, which proves its leases."""
    with transaction.atomic():
        leases.prove(workspace, held)
        claimed = claim(workspace, now, most, list(held))
        if not claimed:
            return None
        held_back = hold_back(workspace, claimed, now)
        asked = [one for one in claimed if one.id not in held_back]
        around = surroundings(workspace)
        judged = judge(workspace, asked, around, now)
        outcomes.note_verdicts(workspace, asked, judged.verdicts, now)
        going = [one for one in asked if judged.verdicts[one.id].answer == "now"]
        choose(workspace, going, now)
        written = write_letters(workspace, going, judged, around=around, now=now)
        outcomes.withhold(workspace, [one for one in going if one.id in written.refused], written.refused, written.details, now)
        batch = Batch(claimed, written, 0.0)
        if written.letters:
            _in_flight.update(letter.delivery for letter in written.letters)
            batch.number = outcomes.hand_over(workspace, going, written.letters, said=written.said, sender=journal.sender_name(), now=now)
        batch.taken_at = time.monotonic()
        return batch


def _hand_over(workspace: Workspace, batch: Batch, now: datetime) -> None:
    claimed, letters = batch.claimed, batch.written.letters
    channel_of = {one.id: one.channel for one in claimed}
    by_channel: dict[str, list[Letter]] = {}
    for letter in letters:
        by_channel.setdefault(channel_of[letter.delivery], []).append(letter)
    going = {letter.delivery for letter in letters}
    left = set(going)
    try:
        for name, those in by_channel.items():
            adapter = registry.channel(name)
            assert adapter is not None, "the gate withholds what has no adapter"
            is_late = time.monotonic() - batch.taken_at > WAITS_FOR_THE_WIRE
            came = _not_left(those) if is_late else adapter.send(workspace=workspace, letters=those, now=now)
            told = {outcome.delivery: outcome for outcome in came}
            at = now if workspace.is_virtual else max(now, database_now())
            with transaction.atomic():
                outcomes.settle(workspace, claimed, told, at)
                left -= told.keys()
                if batch.number is not None and not left:
                    outcomes.off_the_wire(workspace, batch.number)
    finally:
        _in_flight.difference_update(going)


def _not_left(letters: Sequence[Letter]) -> list[Outcome]:
    """Return letters to the queue, to pass the gate again, whose turn on the wire came too late."""
    return [Outcome(letter.delivery, "deferred", code="not_left", text="It did not leave in time.") for letter in letters]


def _is_stopped(workspace: Workspace) -> bool:
    """Ask the database, since another process may have stopped all sending a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM platform_workspace WHERE id = %s AND sending_stopped_at IS NOT NULL", (workspace.pk,))
        return cursor.fetchone() is not None
