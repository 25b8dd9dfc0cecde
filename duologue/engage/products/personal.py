"""Which products people looked at, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.products.models import Looked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class LookedData:
    """Looks name their profile; on erasing they go."""

    name = "looks at products"
    places = ("engage_looked",)

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return what these profiles looked at."""
        rows = Looked.within(workspace).filter(profile_id__in=profiles).order_by("key", "how").values_list("key", "how", "at")
        return {"looked_at": [{"product": key, "how": how, "at": at.isoformat()} for key, how, at in rows]}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Take the rows out."""
        return int(Looked.within(workspace).filter(profile_id__in=profiles).delete()[0])
