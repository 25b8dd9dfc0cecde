"""Deliveries in doubt: they may have arrived or not, and only a person or a later word settles which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.engage.messages.claims import COLUMNS, TABLES, claimed_from
from duologue.engage.messages.outcomes import event
from duologue.engage.messages.rules.body import perk_ids
from duologue.engage.perks.lives import issue
from duologue.people.timeline import names
from duologue.people.timeline.actions import write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def send_again(*, workspace: Workspace, deliveries: Sequence[int], now: datetime) -> int:
    """Queue deliveries in doubt for another attempt, at a person's word, who knows it may be the second; return how many.

    They pass the gate like any other, and have a day for it even where it had become too late.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_delivery SET state = 'queued', reason = 'released', detail = '', due_at = %(now)s,
                      too_late_at = greatest(too_late_at, %(now)s + interval '1 day')
               WHERE workspace_id = %(workspace)s AND id = ANY(%(ids)s) AND state = 'uncertain'""",
            {"now": now, "workspace": workspace.pk, "ids": list(deliveries)},
        )
        return int(cursor.rowcount)


@transaction.atomic
def call_sent(*, workspace: Workspace, deliveries: Sequence[int], now: datetime) -> int:
    """Take deliveries in doubt as accepted when they were handed over, at a person's word; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {COLUMNS} FROM {TABLES}
               WHERE d.workspace_id = %s AND d.id = ANY(%s) AND d.state = 'uncertain' ORDER BY d.id FOR UPDATE OF d""",
            (workspace.pk, list(deliveries)),
        )
        settled = [claimed_from(row) for row in cursor.fetchall()]
        cursor.execute(
            """UPDATE engage_delivery SET state = 'accepted', reason = '', accepted_at = coalesce(handed_over_at, %s)
               WHERE workspace_id = %s AND id = ANY(%s)""",
            (now, workspace.pk, [one.id for one in settled]),
        )
    if not settled:
        return 0
    if given := perk_ids(one.body for one in settled):
        issue(workspace=workspace, perks=given, now=now)
    write(workspace=workspace, events=[event(one, names.MESSAGE_SENT, now) for one in settled], now=now)
    return len(settled)
