"""What came of all dialogues that serve the same campaign, promise, persona or stage, as last counted: each order once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import zone_named
from duologue.measure.reports import orders
from duologue.measure.reports.models import GroupCount, ReportSnapshot
from duologue.measure.reports.rules import SERVES
from duologue.strategize.campaigns.queries import campaigns
from duologue.strategize.campaigns.rules import money_of

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

FUNNEL: Final = ("considered", "began", "reached", "responded")
LOSSES: Final = ("unsubscribes", "complaints", "spam_reports")


def by(workspace: Workspace, what: str) -> dict[str, Any]:
    """Return the groups by persona, promise, stage or campaign (`what`), the largest revenue first; "" are those that name none.

    A person counts once for each dialogue. An order counts once, for the dialogue that had the last letter before it, and converts its
    person there.
    Raises ValueError for anything else than `SERVES`.
    """
    if what not in SERVES:
        raise ValueError(f"Results are summed by {', '.join(SERVES)}; not by {what!r}.")
    groups: dict[str, dict[str, Any]] = {}
    if what == "campaign":
        groups = {one.campaign.campaign: _empty() for one in campaigns(workspace)}
    rows = ReportSnapshot.within(workspace).select_related("dialogue").order_by("dialogue__name")
    ats = []
    for row in rows:
        _add(groups.setdefault(row.data["serves"][what], _empty()), row.data)
        ats.append(row.at)
    for counted in GroupCount.within(workspace).filter(by=what):
        for name in groups.keys() & counted.data.keys():
            groups[name].update(counted.data[name])
            groups[name]["funnel"]["converted"] = counted.data[name]["conversions"]["people"]
        ats.append(counted.at)
    if what == "campaign":
        for one in campaigns(workspace):
            budget = money_of(one.campaign.budget, workspace.currency)
            groups[one.campaign.campaign]["budget"] = budget.minor if budget and budget.currency == workspace.currency else None
    order = sorted(groups, key=lambda name: (not name, -groups[name]["revenue"], name))
    at = min(ats).astimezone(zone_named("UTC")).isoformat() if ats else None
    return {"by": what, "at": at, "currency": workspace.currency, "groups": {name: groups[name] for name in order}}


def _empty() -> dict[str, Any]:
    funnel = {**dict.fromkeys(FUNNEL, 0), "converted": 0}
    return {"dialogues": [], "funnel": funnel, **orders.empty(), "cost": 0, **dict.fromkeys(LOSSES, 0)}


def _add(group: dict[str, Any], data: dict[str, Any]) -> None:
    group["dialogues"].append(data["dialogue"])
    for step in FUNNEL:
        group["funnel"][step] += data["funnel"][step]
    group["cost"] += data["cost"]["total"]
    for name in LOSSES:
        group[name] += data[name]
