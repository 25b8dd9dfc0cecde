"""What conversations hold of people, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.conversations.models import Conversation, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class ConversationData:
    """All that was said goes on erasing; of the conversation an empty, closed row stays, since deliveries point at it."""

    name = "conversations"
    places = ("engage_conversation", "engage_entry")

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return what was said with these profiles, and the colleagues' notes beside it."""
        held = Conversation.within(workspace).filter(profile_id__in=profiles).order_by("id")
        conversations = held.values("id", "state", "team", "intent", "is_complaint", "brief", "opened_at", "closed_at", "outcome")
        of_these = Entry.within(workspace).filter(conversation__in=held.values("id"))
        entries = of_these.order_by("at", "id").values("conversation_id", "at", "direction", "channel", "subject", "text", "intent")
        return {"conversations": [_plain({**row}) for row in conversations], "entries": [_plain({**row}) for row in entries]}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Remove every entry of these profiles and of their conversations, and empty the conversations."""
        held = Conversation.within(workspace).filter(profile_id__in=profiles)
        entries = Entry.within(workspace)
        gone = entries.filter(conversation__in=held.values("id")).delete()[0] + entries.filter(profile_id__in=profiles).delete()[0]
        emptied = held.update(
            state=Conversation.State.CLOSED, held_by="automation", brief="", intent="", is_complaint=False, outcome="erased", due_at=None,
            answer_by=None, closed_at=now,
        )  # fmt: skip
        return gone + emptied


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()}
