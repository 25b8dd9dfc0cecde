"""Reports: how each dialogue went, on screen and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from duologue.measure.reports import rules
from duologue.measure.reports.models import ReportSnapshot
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.web.access import inside
from duologue.web.measure.counting import counted
from duologue.web.measure.drawing import drawn
from duologue.web.pages import as_table, page
from duologue.web.reading_order import turn_names

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PLACE = "measure/reports"


@require_GET
@inside(Right.LOOK)
def reports(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the dialogues that were published, with what each brought as last counted."""
    rows = list(Dialogue.within(workspace).filter(current__gt=0).order_by("name"))
    known = {one.dialogue_id: one for one in ReportSnapshot.within(workspace).filter(dialogue__in=rows)}
    return page(request, workspace, "measure/reports.html", place=PLACE, rows=[(one, known.get(one.pk)) for one in rows])


@require_GET
@inside(Right.LOOK)
def report(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show one report."""
    one = _find(workspace, name)
    at = now(workspace)
    count = counted(workspace, one, at, anew="count" in request.GET)
    found = count.snapshot
    context = {"dialogue": one, "report": found.data if found else None, "counted_at": found.at if found else None}
    context["is_being_counted"] = count.under_way
    if found:
        context |= drawn(found.data, workspace.currency, workspace.timezone, turn_names(_source(workspace, one)))
    return page(request, workspace, "measure/report.html", place=PLACE, now=at, **context)


@require_GET
@inside(Right.LOOK)
def as_csv(_request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Return the report as CSV, one figure per line."""
    found = counted(workspace, _find(workspace, name), now(workspace)).snapshot
    if found is None:
        return _later()
    return as_table(rules.as_csv(found.data), name)


@require_GET
@inside(Right.LOOK)
def as_json(_request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Return the report as JSON, as the command line gives it."""
    found = counted(workspace, _find(workspace, name), now(workspace)).snapshot
    return JsonResponse(found.data, json_dumps_params={"indent": 2, "ensure_ascii": False}) if found else _later()


def _later() -> HttpResponse:
    return HttpResponse("The report is being counted; ask again in a minute.", status=503, headers={"Retry-After": "60"})


def _source(workspace: Workspace, dialogue: Dialogue) -> str:
    version = DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).values_list("source", flat=True).first()
    return version or dialogue.draft


def _find(workspace: Workspace, name: str) -> Dialogue:
    found = Dialogue.within(workspace).filter(name=name).first()
    if found is None:
        raise Http404
    return found
