"""Which calls wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.webhooks.models import Webhook

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

NEXT: Final = "SELECT min(greatest(due_at, claimed_until)) FROM engage_webhookcall WHERE workspace_id = %(workspace)s"


def next_call(workspace: Workspace) -> datetime | None:
    """Return when the next call is due; one that is being made counts from when its time is over."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"workspace": workspace.pk})
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def names(workspace: Workspace) -> set[str]:
    """Return the names of all webhooks."""
    return set(Webhook.within(workspace).values_list("name", flat=True))
