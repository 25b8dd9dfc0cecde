"""Reading the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from duologue.platform.audit.models import AuditEntry

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def entries(workspace: Workspace, *, before: tuple[datetime, int] | None = None, most: int = 50) -> list[AuditEntry]:
    """Return the latest entries, newest first; `before` is the (at, id) of the last one already shown."""
    rows = AuditEntry.objects.filter(workspace=workspace).select_related("staff")
    if before:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
    return list(rows.order_by("-at", "-pk")[:most])
