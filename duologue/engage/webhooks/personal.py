"""What waiting calls hold of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.webhooks.models import WebhookCall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class CallData:
    """Calls that have not been answered. Erasing takes them out of the outbox."""

    name = "webhooks"
    places = ("engage_webhookcall",)

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return the calls that wait, with what they bring."""
        rows = WebhookCall.within(workspace).filter(profile_id__in=profiles).order_by("pk")
        return {"calls": list(rows.values("webhook__name", "dialogue", "turn", "asked_at", "payload"))}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Take them out."""
        return int(WebhookCall.within(workspace).filter(profile_id__in=profiles).delete()[0])
