"""What people contributed, in what is held about them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from duologue.engage.contributions.models import Contribution, Photo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class ContributionData:
    """Words and photos, whole: the person gets them in the export, and on erasing nothing of them stays."""

    name = "contributions"
    places = ("engage_contribution", "engage_photo")

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return what was given with what became of it; photos as base64 of a JPEG."""
        held = Contribution.within(workspace).filter(profile_id__in=profiles).order_by("id")
        photos = dict(Photo.within(workspace).filter(contribution__in=held.values("id")).values_list("contribution_id", "content"))
        rows = held.values("id", "kind", "state", "text", "stars", "purpose", "survey", "shown_as", "reason", "came_at", "decided_at")
        return {"contributions": [_plain({**row}) | _picture(photos.get(row["id"])) for row in rows]}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Remove them."""
        held = Contribution.within(workspace).filter(profile_id__in=profiles)
        Photo.within(workspace).filter(contribution__in=held.values("id")).delete()
        return held.delete()[0]


def _picture(content: Any) -> dict[str, str]:
    return {"photo": base64.b64encode(bytes(content)).decode()} if content is not None else {}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items() if key != "id"}
