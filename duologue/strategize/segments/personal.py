"""What segments hold about people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.strategize.segments.models import Segment, SegmentMember

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class SegmentsHolder:
    """Standings of people in segments."""

    name = "segments"
    places: Sequence[str] = ("strategize_segmentmember",)

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return the segments that these profiles' person is in, and since when."""
        rows = SegmentMember.within(workspace).filter(person__in=profiles, member=True).order_by("segment__name")
        return {"segments": [{"segment": name, "since": since.isoformat()} for name, since in rows.values_list("segment__name", "since")]}

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Remove the standings; nothing is said on the timeline."""
        rows = SegmentMember.within(workspace).filter(person__in=profiles)
        for segment in rows.filter(member=True).values_list("segment", flat=True):
            held = Segment.within(workspace).select_for_update().get(pk=segment)
            held.size -= 1
            held.save(update_fields=["size"])
        return int(rows.delete()[0])
