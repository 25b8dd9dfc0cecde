"""Campaigns: when, what for, at what cost, and what belongs to each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.views.decorators.http import require_GET

from duologue.engage.broadcasts.rules.texts import is_broadcast
from duologue.kit.clock import parse_moment, zone_named
from duologue.kit.money import Money
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.campaigns import queries
from duologue.strategize.campaigns.models import CampaignVersion
from duologue.strategize.campaigns.rules import money_of
from duologue.strategize.dialogues.rules.plan import from_json
from duologue.strategize.occasions import queries as occasions
from duologue.strategize.placements import queries as placements
from duologue.web.access import inside
from duologue.web.pages import page
from duologue.web.strategize.script import condition
from duologue.web.templatetags.look import money

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.campaigns.rules import Campaign, Goal, Period
    from duologue.strategize.dialogues.models import Dialogue
    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.placements.rules import Placement

PLACE = "strategize/campaigns"


@dataclass(slots=True, frozen=True)
class Part:
    """A dialogue or a broadcast of a campaign."""

    dialogue: Dialogue
    plan: Plan
    is_broadcast: bool


@require_GET
@inside(Right.LOOK)
def campaigns(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the campaigns: when each is, what it is for, how much it may cost and how many dialogues serve it."""
    served = Counter(str(one.plan["serves"]["campaign"]) for one in queries.dialogues_of(workspace))
    today = _today(workspace)
    rows = [(one, _told(workspace, one.campaign, today), served[one.campaign.campaign]) for one in queries.campaigns(workspace)]
    return page(request, workspace, "strategize/campaigns.html", place=PLACE, rows=rows)


@require_GET
@inside(Right.LOOK)
def campaign(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show one campaign, and its dialogues and broadcasts."""
    one = queries.current(workspace, name)
    if one is None:
        raise Http404
    parts = [Part(row.dialogue, plan := from_json(row.plan), is_broadcast(plan)) for row in queries.dialogues_of(workspace, name)]
    stands = [row.placement for row in placements.placements(workspace) if row.placement.campaign == name]
    dates = [
        (row.occasion, parse_moment(row.occasion.starts_at)) for row in occasions.occasions(workspace) if row.occasion.campaign == name
    ]
    versions = list(CampaignVersion.within(workspace).filter(name=name).order_by("-number")[:20])
    context = {"one": one, "told": _told(workspace, one.campaign, _today(workspace)), "parts": parts, "versions": versions}
    context |= {"placements": [(row, days(row.period), money_of(row.cost, workspace.currency)) for row in stands], "occasions": dates}
    context["sums"] = _sums(workspace, [part.plan for part in parts], stands)
    return page(request, workspace, "strategize/campaign.html", place=PLACE, **context)


def _told(workspace: Workspace, campaign: Campaign, today: date) -> dict[str, Any]:
    """Return what a page says of a campaign: its days, where they stand, its goal in words and its budget."""
    return {
        **days(campaign.period),
        "stands": _stands(campaign.period, today),
        "goal": _goal(campaign.goal, workspace.currency) if campaign.goal else "",
        "budget": money_of(campaign.budget, workspace.currency),
    }


def days(period: Period) -> dict[str, date | None]:
    """Return the first and the last day of a period, None for an open end."""
    return {"begins": _day(period.since), "ends": _day(period.to)}


def _sums(workspace: Workspace, plans: list[Plan], stands: list[Placement]) -> list[Money]:
    """Return what dialogues may spend and placements cost together, a sum for each currency."""
    found: Counter[str] = Counter()
    costs = (money_of(row.cost, workspace.currency) for row in stands)
    for one in [*(plan.spend for plan in plans), *costs]:
        if one is not None:
            found[one.currency] += one.minor
    return [Money(minor, currency) for currency, minor in sorted(found.items())]


def _stands(period: Period, today: date) -> str:
    """Say where today lies: before, within or after."""
    if period.since and today < date.fromisoformat(period.since):
        return "to come"
    if period.to and today > date.fromisoformat(period.to):
        return "over"
    return "now"


def _goal(goal: Goal, currency: str) -> str:
    """Return a goal in words."""
    what = f"“{goal.event}”{f' where {condition(goal.where)}' if goal.where else ''}"
    if isinstance(goal.at_least, int):
        return f"{what}, at least {goal.at_least:,} times"
    hoped = money_of(goal.at_least, currency)
    return f"{what}, for at least {money(hoped.minor, hoped.currency)} in all" if hoped else what


def _today(workspace: Workspace) -> date:
    return now(workspace).astimezone(zone_named(workspace.timezone)).date()


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
