"""Deliveries that were being handed over by a sender that is gone: settled by its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.engage.channels import journal, registry
from duologue.engage.messages import outcomes
from duologue.engage.messages.claims import COLUMNS, TABLES, claimed_from

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.engage.channels.protocol import Outcome
    from duologue.platform.workspaces.models import Workspace

MOST = 5000


def settle_abandoned(workspace: Workspace, in_flight: Collection[int], now: datetime) -> int:
    """Settle deliveries whose sender is gone: not sent, accepted, or uncertain. Return how many.

    Batches of senders that live are left to them; of this process's own, those in flight.
    """
    batches = _without_sender(workspace, in_flight)
    if not batches:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT {COLUMNS}, d.sender FROM {TABLES}
                   WHERE d.workspace_id = %s AND d.state = 'handing_over' AND d.id = ANY(%s)
                   ORDER BY d.id LIMIT %s FOR UPDATE OF d SKIP LOCKED""",
                (workspace.pk, sorted({number for deliveries in batches.values() for number in deliveries}), MOST),
            )
            rows = cursor.fetchall()
        claimed = [claimed_from(row[:-1]) for row in rows]
        senders = {row[0]: row[-1] for row in rows}
        found: dict[int, Outcome] = {}
        for name in {one.channel for one in claimed}:
            adapter = registry.channel(name)
            if adapter is not None:
                those = [(one.id, one.attempt, senders[one.id]) for one in claimed if one.channel == name]
                found |= adapter.look_up(workspace=workspace, deliveries=those)
        outcomes.settle(workspace, claimed, found, now)
        _let_go(workspace, list(batches))
    return len(found)


def _without_sender(workspace: Workspace, in_flight: Collection[int]) -> dict[int, list[int]]:
    """Return the batches on the wire that nobody hands over any more, with their deliveries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, sender, deliveries FROM engage_onthewire WHERE workspace_id = %s", (workspace.pk,))
        rows = cursor.fetchall()
    lost = {batch: deliveries for batch, sender, deliveries in rows if not journal.is_anothers(sender)}
    return {batch: deliveries for batch, deliveries in lost.items() if not any(number in in_flight for number in deliveries)}


def _let_go(workspace: Workspace, batches: list[int]) -> None:
    """Let go of those of the batches of which nothing is being handed over any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM engage_onthewire w WHERE w.workspace_id = %s AND w.id = ANY(%s) AND NOT EXISTS (
                   SELECT FROM engage_delivery d
                   WHERE d.workspace_id = w.workspace_id AND d.id = ANY(w.deliveries) AND d.state = 'handing_over')""",
            (workspace.pk, batches),
        )
