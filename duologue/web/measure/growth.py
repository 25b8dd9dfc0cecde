"""How the list grows: joined, confirmed, left and bounced away per week, and how many people may be contacted for each purpose."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from duologue.measure.growth.queries import COUNTS, WEEKS, growth
from duologue.measure.growth.tasks import keep_for_page
from duologue.measure.reports.rules import as_csv as written
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import as_table, page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "measure/growth"
LISTED: Final = 13  # weeks in the table
VOICES: Final = ("say", "answer", "pause")
GAINS: Final = {"joined": "joined", "back": "came back"}
LOSSES: Final = {"left": "left", "bounced": "bounced away", "reported": "reported spam", "barred": "erased or barred"}


@require_GET
@inside(Right.LOOK)
def growth_page(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the list's last year."""
    at = now(workspace)
    found = _found(workspace)
    weeks = list((found["list"] or {"weeks": {}})["weeks"].items())
    context: dict[str, Any] = {
        "found": found,
        "counted_at": datetime.fromisoformat(found["at"]) if found["at"] else None,
        "any": any(any(week[name] for name in COUNTS) for _, week in weeks),
        "weeks": [(date.fromisoformat(day), week) for day, week in reversed(weeks[-LISTED:])],
        "moves": _moves(weeks),
        "stands": _stands(found),
        "sums": {name: sum(week[name] for _, week in weeks[-4:]) for name in COUNTS},
    }
    return page(request, workspace, "measure/growth.html", place=PLACE, now=at, **context)


@require_GET
@inside(Right.LOOK)
def as_json(_request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return the same as JSON, as the API gives it."""
    return JsonResponse(_found(workspace), json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_GET
@inside(Right.LOOK)
def as_csv(_request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return the same as CSV, one figure on each line."""
    return as_table(written(_found(workspace)), "growth")


def _found(workspace: Workspace) -> dict[str, Any]:
    keep_for_page(workspace, now(workspace))
    return growth(workspace, WEEKS)


def _moves(weeks: list[tuple[str, dict[str, int]]]) -> dict[str, Any]:
    """Return a chart of who came, above the line, and who went, below it."""
    return {
        "categories": [_short(day) for day, _ in weeks],
        "series": [
            {"name": "came", "voice": "say", "values": [sum(week[name] for name in GAINS) for _, week in weeks]},
            {"name": "left", "voice": "answer", "values": [-week["left"] for _, week in weeks]},
            {
                "name": "bounced, reported or barred",
                "voice": "pause",
                "values": [-week["bounced"] - week["reported"] - week["barred"] for _, week in weeks],
            },
        ],
    }


def _stands(found: dict[str, Any]) -> dict[str, Any]:
    """Return a chart of how many people might be contacted at each week's end: the largest purposes, each a line."""
    order = sorted(found["purposes"], key=lambda name: (-found["purposes"][name]["may_contact"], name))[: len(VOICES)]
    days = sorted({day for name in order for day in found["purposes"][name]["weeks"]})
    lines = {name: found["purposes"][name]["weeks"] for name in order}
    return {
        "categories": [_short(day) for day in days],
        "series": [
            {
                "name": name,
                "kind": "line",
                "voice": voice,
                "values": [lines[name][day]["may_contact"] if day in lines[name] else 0 for day in days],
            }
            for name, voice in zip(order, VOICES, strict=False)
        ],
    }


def _short(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.day} {found:%b}"
