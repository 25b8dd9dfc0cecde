"""Writing the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.platform.audit.models import AuditEntry
from duologue.platform.database.clock import database_now

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace


def note(  # noqa: PLR0917 one line at its callers
    workspace: Workspace | None,
    actor: str,
    action: str,
    subject: str = "",
    detail: dict[str, Any] | None = None,
    now: datetime | None = None,
    staff: Staff | None = None,
) -> None:
    """Note who did what, in the transaction of the doing. Keep people's data out of `subject` and `detail`: ids only.

    `now` is the real moment, not a virtual clock's; without it the database's is taken.
    """
    AuditEntry.objects.create(
        workspace=workspace,
        at=now or database_now(),
        staff=staff,
        actor=actor[:120],
        action=action[:60],
        subject=subject[:200],
        detail=detail or {},
    )
