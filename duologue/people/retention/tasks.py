"""Carrying retention out when it is due: at once where the clock is virtual, by a job where it is live."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from duologue.people.retention.actions import carry_out
from duologue.people.retention.models import RetentionRules
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

TRY_AGAIN: Final = timedelta(hours=1)  # a job that was cut off is asked for again


def keep(workspace: Workspace, now: datetime) -> int:
    """Carry retention out where it is due, or have a job do so; return 1 where it was due."""
    due = RetentionRules.within(workspace).filter(next_at__lte=now)
    if workspace.is_virtual:
        if due.exists():
            carry_out(workspace=workspace, now=now)
            return 1
        return 0
    with transaction.atomic():
        if not due.update(next_at=now + TRY_AGAIN):
            return 0
        try:
            with transaction.atomic():
                remove_old.configure(queueing_lock=f"retention-{workspace.pk}").defer(workspace=workspace.pk)
        except AlreadyEnqueued:
            pass
    return 1


@app.task(pass_context=False)
def remove_old(workspace: int) -> None:
    """Carry a workspace's retention out."""
    room = Workspace.objects.get(pk=workspace)
    carry_out(workspace=room, now=present(room))
