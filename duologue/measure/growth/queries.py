"""Reading how the list grew, week by week, and how many people may be contacted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Sum

from duologue.kit.clock import zone_named
from duologue.measure.growth.models import GrowthDay, GrowthKept
from duologue.people.consent.queries import purposes

if TYPE_CHECKING:
    from datetime import date, datetime

    from duologue.platform.workspaces.models import Workspace

COUNTS: Final = ("joined", "back", "confirmed", "left", "bounced", "reported", "barred")
NET: Final = F("joined") + F("back") - F("left") - F("bounced") - F("reported") - F("barred")
WEEKS: Final = 52


def kept_at(workspace: Workspace) -> datetime | None:
    """Return as of when the days were last rolled up; None where they never were."""
    row = GrowthKept.within(workspace).first()
    return row.at if row else None


def growth(workspace: Workspace, weeks: int = WEEKS) -> dict[str, Any]:
    """Return the list and each purpose, as docs/reference/report.md says: what happened in each week, and `may_contact` at its end.

    Weeks begin on Monday, on the workspace's clock; the last one is not over. Reads what was rolled up and nothing else.
    """
    at = kept_at(workspace)
    names = {"": "list"} | {name: name for name, purpose in purposes(workspace).items() if purpose.basis == "consent"}
    if at is None:
        return {"at": None, "list": None, "purposes": {}}
    today = at.astimezone(zone_named(workspace.timezone)).date()
    this_week = monday_of(today)
    first = this_week - timedelta(weeks=weeks - 1)
    before = dict(
        GrowthDay.within(workspace).filter(day__lt=first).values_list("purpose").annotate(net=Sum(NET)).values_list("purpose", "net")
    )
    days = list(GrowthDay.within(workspace).filter(day__gte=first).order_by("day"))
    found = {}
    for purpose in names:
        rows = [row for row in days if row.purpose == purpose]
        began = min((monday_of(row.day) for row in rows), default=this_week) if not before.get(purpose) else first
        found[purpose] = _weeks(rows, began, this_week, before.get(purpose) or 0)
    return {"at": at.isoformat(), "list": found.pop(""), "purposes": found}


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _weeks(rows: list[GrowthDay], first: date, last: date, stands: int) -> dict[str, Any]:
    weeks: dict[str, dict[str, int]] = {}
    for number in range((last - first).days // 7 + 1):
        weeks[(first + timedelta(weeks=number)).isoformat()] = dict.fromkeys(COUNTS, 0)
    for row in rows:
        counts = weeks[monday_of(row.day).isoformat()]
        for name in COUNTS:
            counts[name] += getattr(row, name)
    for counts in weeks.values():
        stands += counts["joined"] + counts["back"] - sum(counts[name] for name in COUNTS[3:])
        counts["may_contact"] = stands
    return {"may_contact": stands, "weeks": weeks}
