"""What is kept of people for endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.endpoints.models import Untaken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class UntakenData:
    """Which of a person's events programs did not take. Who was erased is told of no more: their events are gone."""

    name = "endpoints"
    places = ("engage_untaken",)

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return them, with the program that each was for."""
        rows = Untaken.within(workspace).filter(profile_id__in=profiles).order_by("pk")
        return {"untaken": list(rows.values("endpoint__name", "name", "occurred_at"))}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Forget them."""
        return int(Untaken.within(workspace).filter(profile_id__in=profiles).delete()[0])
