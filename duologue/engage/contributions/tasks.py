"""What falls due with contributions: they are not kept longer than care.yaml says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from duologue.engage.contributions.models import Contribution, Photo
from duologue.platform.audit.actions import note

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

MOST: Final = 500


@transaction.atomic
def forget(workspace: Workspace, now: datetime) -> int:
    """Remove what has been kept for its time, with its photo, and note how much; return how many."""
    due = Contribution.within(workspace).filter(forget_at__lte=now).order_by("forget_at", "id")
    gone = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST])
    Photo.within(workspace).filter(forget_at__lte=now).delete()  # of forms that nobody's mail was found for
    if gone:
        Photo.within(workspace).filter(contribution__in=gone).delete()
        Contribution.within(workspace).filter(pk__in=gone).delete()
        note(workspace, "retention", "forget contributions", f"contributions: {len(gone)}")
    return len(gone)
