"""What perks hold of people, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.perks import lives, queries
from duologue.engage.perks.models import Movement, Perk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class PerkData:
    """Perks name their person; on erasing what is open is withdrawn, the row stays as money spent, and its code and order go."""

    name = "perks"
    places = ("engage_perk", "engage_movement")

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return the person's perks, and what was added to and taken from their balance."""
        moved = Movement.within(workspace).filter(profile_id__in=profiles).order_by("id").values("kind", "unit", "key", "at")
        return {"perks": queries.of_person(workspace, profiles), "balance": list(moved)}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Withdraw what is open, which frees what was set aside for it, and empty the code and the order."""
        lives.forfeit(workspace=workspace, profiles=profiles, now=now)
        Movement.within(workspace).filter(profile_id__in=profiles).update(key="")
        held = Perk.within(workspace).filter(profile_id__in=profiles)
        return held.update(code="", redeemed_for="", reason="")
