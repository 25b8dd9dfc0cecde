"""After a restore: calls that fell due since the backup may have been made, and are not made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from duologue.engage.webhooks.actions import NewCall, failed
from duologue.engage.webhooks.models import WebhookCall
from duologue.people.timeline.actions import write

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 2000
PERHAPS: Final = "perhaps made before the restore"


def give_up_due(*, workspace: Workspace, now: datetime) -> int:
    """Take out of the outbox all calls due by this moment and tell their runs that they failed; return how many."""
    count = 0
    while moved := _some(workspace, now):
        count += moved
    return count


@transaction.atomic
def _some(workspace: Workspace, now: datetime) -> int:
    due = list(WebhookCall.within(workspace).filter(due_at__lte=now).select_related("webhook").order_by("id")[:AT_ONCE])
    WebhookCall.within(workspace).filter(pk__in=[one.pk for one in due]).delete()
    calls = [
        NewCall(one.webhook.name, one.profile_id, one.run_id, one.dialogue, one.turn, one.seq, {}) for one in due if one.run_id is not None
    ]
    write(workspace=workspace, events=[failed(call.webhook, call, PERHAPS, now) for call in calls], now=now)
    return len(due)
