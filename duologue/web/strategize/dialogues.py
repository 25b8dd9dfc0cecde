"""Dialogues: the list, and each as a script with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.http import Http404
from django.views.decorators.http import require_GET

from duologue.engage.runs.actions import waiting
from duologue.kit.yaml import Mistakes
from duologue.measure.reports.models import ReportSnapshot
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.dialogues.rules.plan import from_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.web.access import inside
from duologue.web.measure.counting import Counted, counted
from duologue.web.pages import page
from duologue.web.reading_order import as_written, turn_names
from duologue.web.strategize import script
from duologue.web.strategize.mapping import drawn
from duologue.web.strategize.options import options_in
from duologue.web.strategize.sayings import sayings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

PLACE = "strategize/dialogues"


@require_GET
@inside(Right.LOOK)
def dialogues(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the dialogues with their sums as last counted."""
    rows = list(Dialogue.within(workspace).order_by("name"))
    reports = {one.dialogue_id: one.data for one in ReportSnapshot.within(workspace).filter(dialogue__in=rows)}
    order = {"live": 0, "paused": 1, "draft": 2, "ended": 3}
    rows.sort(key=lambda one: order.get(one.state, 9))
    return page(request, workspace, "strategize/dialogues.html", place=PLACE, rows=[(one, reports.get(one.pk)) for one in rows])


@require_GET
@inside(Right.LOOK)
def dialogue(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show the version in force (before the first: the draft) as a script."""
    one = find(workspace, name)
    at = now(workspace)
    version = in_force(one)
    plan, mistakes = plan_of(one, version)
    count = counted(workspace, one, at, anew="count" in request.GET) if version else Counted(None)
    report = count.snapshot
    turns = (
        script.turns(plan, report.data if report else None, sayings(workspace, plan, version), options_in(workspace, plan)) if plan else []
    )
    context = {
        "dialogue": one,
        "version": version,
        "plan": plan,
        "mistakes": mistakes,
        "report": report,
        "is_being_counted": count.under_way,
        "turns": turns,
        "map": drawn(plan, report.data if report else None) if plan else None,
        "starts": script.starts(plan) if plan else "",
        "goal": script.goal(plan) if plan else "",
        "has_changes": version is not None and version.source != one.draft,
        "tab": "script",
    }
    return page(request, workspace, "strategize/dialogue.html", place=PLACE, now=at, **context)


@require_GET
@inside(Right.LOOK)
def text(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show a dialogue as it is written, and its versions."""
    one = find(workspace, name)
    versions = list(
        DialogueVersion.within(workspace).filter(dialogue=one).select_related("published_by").defer("plan").order_by("-number")[:20]
    )
    _, mistakes = plan_of(one, None)
    context = {"versions": versions, "mistakes": mistakes, "older": waiting(workspace, name) if one.current > 1 else None, "tab": "text"}
    return page(request, workspace, "strategize/dialogue_text.html", place=PLACE, dialogue=one, **context)


def find(workspace: Workspace, name: str) -> Dialogue:
    """Return a dialogue, or answer that there is none."""
    found = Dialogue.within(workspace).filter(name=name).first()
    if found is None:
        raise Http404
    return found


def in_force(dialogue: Dialogue) -> DialogueVersion | None:
    """Return the version of a dialogue that is in force, where one was published."""
    return DialogueVersion.within(dialogue.workspace).filter(dialogue=dialogue, number=dialogue.current).first()


def plan_of(dialogue: Dialogue, version: DialogueVersion | None) -> tuple[Plan | None, list[str]]:
    """Return the plan of a version with its turns as written, or else of the draft, or what is wrong with that."""
    if version is not None:
        plan = from_json(version.plan)
        return msgspec.structs.replace(plan, turns=as_written(plan.turns, turn_names(version.source))), []
    try:
        return read_dialogue(dialogue.draft, f"dialogues/{dialogue.name}.yaml"), []
    except Mistakes as found:
        return None, [str(mistake) for mistake in found.mistakes]
