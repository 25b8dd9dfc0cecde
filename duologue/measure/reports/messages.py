"""How a message was received, in one dialogue or in all that say it: from their reports, as last counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.measure.reception.rules import together
from duologue.measure.reports.models import ReportSnapshot

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def of_message(workspace: Workspace, name: str, dialogue: str = "") -> dict[str, Any] | None:
    """Return what docs/reference/report.md says of `messages`, with the dialogues it was counted in and since when; None where none is.

    `at` is the oldest of the counts that it is put together from.
    """
    if "\0" in name + dialogue:
        return None
    rows = ReportSnapshot.within(workspace).filter(data__messages__has_key=name).select_related("dialogue").order_by("dialogue__name")
    if dialogue:
        rows = rows.filter(dialogue__name=dialogue)
    found = [(row.dialogue.name, row.at, row.data["messages"][name]) for row in rows]
    if not found:
        return None
    at = min(at for _, at, _ in found)
    head = {"message": name, "dialogues": [name for name, _, _ in found], "at": at.isoformat()}
    return {**head, **together([one for _, _, one in found])}
