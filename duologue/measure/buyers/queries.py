"""Reading cohorts of buyers as they were last counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.measure.buyers.models import BuyerCohorts

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def buyers(workspace: Workspace) -> dict[str, Any]:
    """Return what docs/reference/report.md says: `at` is null, and no month is there, where nothing was counted yet."""
    kept = BuyerCohorts.within(workspace).first()
    return dict(kept.data) if kept else {"at": None, "currency": workspace.currency, "cohorts": {}}
