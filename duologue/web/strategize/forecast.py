"""What would happen if: a dialogue played in virtual time by invented people, before anybody real is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.views.decorators.http import require_GET

from duologue.engage.runs.assuming import cost_of_a_perk
from duologue.engage.runs.rules.assumed import Assumptions
from duologue.engage.runs.simulate import simulate
from duologue.kit.money import places
from duologue.measure.reports.queries import last_report
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.models import Segment
from duologue.web.access import inside
from duologue.web.amounts import share_of, sum_of
from duologue.web.pages import page
from duologue.web.strategize.dialogues import PLACE, find, in_force, plan_of
from duologue.web.strategize.options import options_in
from duologue.web.strategize.script import VERBS, heard, starts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from duologue.engage.runs.rules.forecast import Forecast
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue
    from duologue.strategize.dialogues.rules.plan import Line, Plan
    from duologue.web.strategize.options import Options

INVENTED: Final = 500
RATE: Final = "rate."


@dataclass(frozen=True, slots=True)
class Expected:
    """One response with the share of people it is expected from, in hundredths, and how many that came to."""

    field: str
    text: str
    percent: str
    people: int
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of the forecast: how often its message is sent, and what comes back."""

    name: str
    verb: str
    messages: int
    lines: list[Expected] = field(default_factory=list)


@require_GET
@inside(Right.LOOK)
def forecast(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Play the version in force (before the first: the draft) and say what came of it and what was assumed."""
    one = find(workspace, name)
    version = in_force(one)
    plan, mistakes = plan_of(one, version)
    context: dict[str, Any] = {"dialogue": one, "version": version, "plan": plan, "mistakes": mistakes, "tab": "forecast"}
    if plan is not None:
        rates, troubles = _rates(request)
        assumed, more = _assumed(request, workspace, one, plan, rates)
        found = simulate(plan, assumed, now(workspace))
        context |= {
            "forecast": found,
            "turns": _turns(plan, found, assumed, options_in(workspace, plan)),
            "always": _always(plan, found, assumed),
            "starts": starts(plan),
            "chart": _chart(found),
            "troubles": [*troubles, *more],
            "invented": INVENTED,
            "value": _major(assumed.value, workspace.currency),
            "perk": _major(assumed.perk_worth, workspace.currency),
            "audience": assumed.audience or INVENTED,
        }
    return page(request, workspace, "strategize/forecast.html", place=PLACE, **context)


def _rates(request: HttpRequest) -> tuple[dict[str, float], list[str]]:
    """Return the shares that were asked for, and what could not be read as one."""
    rates, troubles = {}, []
    for key, text in request.GET.items():
        if key.startswith(RATE) and str(text).strip():
            share = share_of(str(text))
            if share is None:
                troubles.append(f"“{text}” is no share between 0 and 100; the usual one was taken.")
            else:
                rates[key.removeprefix(RATE)] = share
    return rates, troubles


def _assumed(
    request: HttpRequest, workspace: Workspace, dialogue: Dialogue, plan: Plan, rates: Mapping[str, float]
) -> tuple[Assumptions, list[str]]:
    """Return what is taken for granted: what was typed, or else what the workspace tells by itself."""
    troubles = []
    size = Segment.within(workspace).filter(name=plan.audience).values_list("size", flat=True).first() if plan.audience else None
    value = _worth_so_far(workspace, dialogue)
    typed = {name: request.GET.get(name, "") for name in ("value", "perk", "audience")}
    sums = {name: sum_of(typed[name], workspace.currency) for name in ("value", "perk")}
    troubles += [f"“{typed[name]}” is no sum; the usual one was taken." for name, found in sums.items() if found is None]
    if typed["value"] and sums["value"] is not None:
        value = sums["value"]
    perk = sums["perk"] if typed["perk"] and sums["perk"] is not None else cost_of_a_perk(workspace, plan, value)
    if typed["audience"].isdigit() and 0 < int(typed["audience"]) <= 100_000_000:
        size = int(typed["audience"])
    zone, seed = workspace.timezone, workspace.seed
    return Assumptions(INVENTED, size or None, rates, value, perk, zone=zone, seed=seed), troubles


def _worth_so_far(workspace: Workspace, dialogue: Dialogue) -> int:
    """Return what a conversion brought on average by the last report, in minor units."""
    report = last_report(workspace, dialogue)
    number = report.data["conversions"]["number"] if report else 0
    return round(report.data["revenue"] / number) if report and number else 0


def _turns(plan: Plan, found: Forecast, assumed: Assumptions, known: Mapping[str, Options]) -> list[Turn]:
    turns = []
    for name, turn in plan.turns.items():
        options = known.get(turn.survey or "", {})
        lines = [
            _expected(name, line, heard(line, options), assumed, found.responses.get(f"{name}: {line.written}", 0)) for line in turn.listen
        ]
        if lines or found.by_turn.get(name):
            turns.append(Turn(name, VERBS.get(turn.does, turn.does), found.by_turn.get(name, 0), lines))
    return turns


def _always(plan: Plan, found: Forecast, assumed: Assumptions) -> list[Expected]:
    """Return what is heard in every turn, and the goal."""
    rows = [
        _expected("anytime", line, heard(line, {}), assumed, sum(found.responses.get(f"{name}: {line.written}", 0) for name in plan.turns))
        for line in plan.anytime
    ]
    if plan.goal:
        share = assumed.rate("goal", "goal", "goal")
        rows.append(Expected(f"{RATE}goal", f"did “{plan.goal.event}”, the goal, in any turn", f"{100 * share:.3g}", found.goals))
    return rows


def _expected(turn: str, line: Line, text: str, assumed: Assumptions, people: int) -> Expected:
    share = assumed.rate(turn, line.written, line.hears)
    return Expected(f"{RATE}{turn}.{line.written}", text, f"{100 * share:.3g}", people, silent=line.hears == "silence")


def _chart(found: Forecast) -> dict[str, Any]:
    days = list(found.by_day)
    return {"categories": days, "series": [{"name": "messages", "voice": "say", "values": [found.by_day[day] for day in days]}]}


def _major(minor: int, currency: str) -> str:
    return f"{minor / 10 ** places(currency):.{places(currency)}f}" if minor else ""
