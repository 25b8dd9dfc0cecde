"""What messages hold of people, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.messages.models import Attempt, Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

SHOWN = (
    "id",
    "turn",
    "channel",
    "purpose",
    "kind",
    "state",
    "reason",
    "planned_at",
    "accepted_at",
    "bounced_at",
    "responded_at",
    "address",
    "body",
    "said",
)


class DeliveryData:
    """Deliveries name their person; on erasing the row stays, so that the sums still add up, and all that is personal in it goes."""

    name = "deliveries"
    places = ("engage_delivery", "engage_attempt")

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return what was planned and sent to these profiles."""
        rows = Delivery.within(workspace).filter(profile_id__in=profiles).order_by("id").values(*SHOWN)
        return {"deliveries": [{key: _plain(value) for key, value in row.items()} for row in rows]}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Withhold what was not sent yet, and empty addresses, bodies and what carriers said."""
        held = Delivery.within(workspace).filter(profile_id__in=profiles)
        Attempt.within(workspace).filter(delivery__in=held.values("id")).update(text="")
        held.filter(state=Delivery.State.QUEUED).update(state=Delivery.State.WITHHELD, reason="erased")
        return held.update(address="", body={}, detail="", said="")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
