"""What came of all that serves the same campaign, promise, persona or stage."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from duologue.measure.reports.groups import by
from duologue.measure.reports.rules import SERVES
from duologue.measure.reports.rules import as_csv as written
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.measure.drawing import whole_money
from duologue.web.pages import as_table, page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "measure/groups"


@require_GET
@inside(Right.LOOK)
def groups(request: HttpRequest, workspace: Workspace, what: str) -> HttpResponse:
    """Show the groups, with what each brought and how far its people came."""
    found = _found(workspace, what)
    rows = [(name, {**group, "parts": _parts(group)}) for name, group in found["groups"].items() if group["dialogues"] or name]
    has_money = any(group["revenue"] or group["cost"] for _, group in rows)
    context: dict[str, Any] = {"what": what, "kinds": SERVES, "rows": rows}
    context["chart"] = _chart(rows, workspace.currency) if has_money else None
    context["counted_at"] = datetime.fromisoformat(found["at"]) if found["at"] else None
    return page(request, workspace, "measure/groups.html", place=PLACE, now=now(workspace), **context)


@require_GET
@inside(Right.LOOK)
def as_json(_request: HttpRequest, workspace: Workspace, what: str) -> HttpResponse:
    """Return the same as JSON, as the API gives it."""
    return JsonResponse(_found(workspace, what), json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_GET
@inside(Right.LOOK)
def as_csv(_request: HttpRequest, workspace: Workspace, what: str) -> HttpResponse:
    """Return the same as CSV, one figure on each line."""
    return as_table(written(_found(workspace, what)), f"by-{what}")


def _found(workspace: Workspace, what: str) -> dict[str, Any]:
    try:
        return by(workspace, what)
    except ValueError as wrong:
        raise Http404 from wrong


def _parts(group: dict[str, Any]) -> list[tuple[str, dict[str, int] | None]]:
    """Return the dialogues of a group, where there are several each with what it is credited with."""
    several = len(group["dialogues"]) > 1
    return [(name, group["credited"].get(name) if several else None) for name in group["dialogues"]]


def _chart(rows: list[tuple[str, dict[str, Any]]], currency: str) -> dict[str, Any]:
    unit, whole = whole_money(currency)
    return {
        "categories": [name.replace("-", " ") or "none named" for name, _ in rows],
        "unit": unit,
        "apart": True,
        "series": [
            {"name": "revenue", "voice": "answer", "values": [group["revenue"] / whole for _, group in rows]},
            {"name": "spent", "voice": "say", "values": [group["cost"] / whole for _, group in rows]},
        ],
    }
