"""The sender's work: claim, ask the gate, write, hand over, write down what came of it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.engage.channels import journal, registry
from duologue.engage.messages import outcomes
from duologue.engage.messages.claims import COLUMNS, TABLES, Claimed, claim, claimed_from, judge
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.messages.writing import Written, write_letters
from duologue.platform.database.clock import database_now
from duologue.platform.registry.leases import Leases
from duologue.platform.registry.shards import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.engage.channels.protocol import Letter, Outcome
    from duologue.platform.workspaces.models import Workspace

ROLE = "gate"
BATCH = 500
ON_THE_WIRE = timedelta(seconds=10)
leases = Leases(ROLE)
_gate = threading.Lock()  # threads of one process share its leases
_in_flight: set[int] = set()  # this process's own: not abandoned, whatever their state


def send_due(workspace: Workspace, now: datetime, most: int = 2500) -> int:
    """Send what is due, at most so many; return how many deliveries moved (sent, put off or withheld). 0 when nothing is due.

    Only for people whose shards this process holds: whatever counts towards their caps passes here one batch after the other.
    """
    settled = settle_abandoned(workspace, now)
    moved = 0
    is_more = True
    while is_more and moved < most and not _is_stopped(workspace) and (held := leases.of(workspace)):
        wanted = min(BATCH, most - moved)
        try:
            with _gate:
                batch = _take(workspace, now, wanted, held)
        except LeaseLost:
            leases.lost()
            break
        if batch is None:
            break
        claimed, written = batch
        moved += len(claimed)
        is_more = len(claimed) == wanted
        _hand_over(workspace, claimed, written.letters, now)
    if moved and not _in_flight:
        journal.shorten()
    return moved + settled


def _take(workspace: Workspace, now: datetime, most: int, held: Mapping[int, int]) -> tuple[list[Claimed], Written] | None:
    """Claim a batch, ask the gate, write what may leave and mark it as handing over: one transaction, which proves its leases."""
    with transaction.atomic():
        leases.prove(workspace, held)
        claimed = claim(workspace, now, most, list(held))
        if not claimed:
            return None
        around = surroundings(workspace)
        judged = judge(workspace, claimed, around, now)
        outcomes.note_verdicts(workspace, claimed, judged.verdicts, now)
        going = [one for one in claimed if judged.verdicts[one.id].answer == "now"]
        written = write_letters(workspace, going, judged, around=around, now=now)
        outcomes.withhold(workspace, [one for one in going if one.id in written.refused], written.refused, written.details, now)
        if written.letters:
            _in_flight.update(letter.delivery for letter in written.letters)
            outcomes.hand_over(workspace, going, written.letters, sender=journal.sender_name(), now=now, until=now + ON_THE_WIRE)
        return claimed, written


def _hand_over(workspace: Workspace, claimed: Sequence[Claimed], letters: Sequence[Letter], now: datetime) -> None:
    channel_of = {one.id: one.channel for one in claimed}
    by_channel: dict[str, list[Letter]] = {}
    for letter in letters:
        by_channel.setdefault(channel_of[letter.delivery], []).append(letter)
    going = {letter.delivery for letter in letters}
    try:
        for name, those in by_channel.items():
            adapter = registry.channel(name)
            assert adapter is not None, "the gate withholds what has no adapter"
            told = {outcome.delivery: outcome for outcome in adapter.send(workspace=workspace, letters=those, now=now)}
            at = now if workspace.is_virtual else max(now, database_now())
            with transaction.atomic():
                outcomes.settle(workspace, claimed, told, at)
    finally:
        _in_flight.difference_update(going)


def _is_stopped(workspace: Workspace) -> bool:
    """Ask the database, since another process may have stopped all sending a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM platform_workspace WHERE id = %s AND sending_stopped_at IS NOT NULL", (workspace.pk,))
        return cursor.fetchone() is not None


def settle_abandoned(workspace: Workspace, now: datetime) -> int:
    """Settle deliveries whose sender is gone, by its journal: not sent, accepted, or uncertain. Return how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT {COLUMNS}, d.sender FROM {TABLES}
                   WHERE d.workspace_id = %s AND d.state = 'handing_over' AND d.id <> ALL(%s)
                   ORDER BY d.id LIMIT 5000 FOR UPDATE OF d SKIP LOCKED""",
                (workspace.pk, sorted(_in_flight)),
            )
            rows = cursor.fetchall()
        if not rows:
            return 0
        claimed = [claimed_from(row[:-1]) for row in rows]
        senders = {row[0]: row[-1] for row in rows}
        found: dict[int, Outcome] = {}
        for name in {one.channel for one in claimed}:
            adapter = registry.channel(name)
            if adapter is not None:
                those = [(one.id, one.attempt, senders[one.id]) for one in claimed if one.channel == name]
                found |= adapter.look_up(workspace=workspace, deliveries=those)
        outcomes.settle(workspace, claimed, found, now)
        return len(found)
