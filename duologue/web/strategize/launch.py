"""The launch sheet, shown where a dialogue is about to be started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.broadcasts.asking import ask_those_without_consent, permitted
from duologue.engage.runs.launch import launch_sheet
from duologue.engage.runs.moving import NotPossible, current_version
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.models import Segment
from duologue.web.access import inside
from duologue.web.pages import member, said
from duologue.web.strategize.dialogues import find

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.engage.runs.launch import LaunchSheet
    from duologue.platform.workspaces.models import Workspace

MOST: Final = 100_000  # people weighed while somebody waits
NEVER: Final = {
    "no_consent": "have not agreed to it",
    "needs_parent": "are too young, and no parent has agreed yet",
    "declined_topic": "do not want to hear about its topic",
    "no_address": "have no address for it",
    "suppressed": "have an address that must not be used",
    "held_out": "are left alone, to compare with",
    "excepted": "are in a group that it leaves out",
    "spent": "come too late: its money is spent",
    "had_it": "have had it, or are in it now",
}
LATER: Final = {
    "cap": "have heard enough for now, and come later",
    "complaint": "have an open complaint, and wait until it is closed",
    "snoozed": "asked for quiet, and wait until it is over",
}


@require_GET
@inside(Right.LOOK)
def sheet(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Say what would become of everyone in the audience; of a very large one, how to ask for it."""
    context: dict[str, Any] = {"workspace": workspace, "dialogue": find(workspace, name)}
    try:
        audience = current_version(workspace, name).plan.audience
        segment = Segment.within(workspace).filter(name=audience).first()
        if segment is not None and (segment.size > MOST or segment.swept_revision < segment.revision):
            context["too_many"] = segment.size
        elif audience:
            found = launch_sheet(workspace=workspace, name=name, now=now(workspace))
            context |= {"sheet": found, "lines": lines(found), "also": found.also.most_common()}
            may_ask = may(getattr(request, "role", ""), Right.EDIT)
            context |= {"silent": found.never["no_consent"], "ways": permitted(workspace), "may_ask": may_ask}
    except NotPossible as refusal:
        context["trouble"] = str(refusal)
    return render(request, "strategize/launch_sheet.html", context)


def lines(found: LaunchSheet) -> list[tuple[int, str]]:
    """Return how many people, and what becomes of them, the most first."""
    said = [(count, LATER[why]) for why, count in found.later.items()] + [
        (count, NEVER.get(why, why)) for why, count in found.never.items()
    ]
    return sorted(said, key=lambda line: (-line[0], line[1]))


@require_POST
@inside(Right.EDIT)
def ask(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Make a draft that asks those who have not agreed, by a permitted way."""
    find(workspace, name)
    try:
        made = ask_those_without_consent(
            workspace=workspace, name=name, by=request.POST.get("by", ""), now=now(workspace), staff=member(request)
        )
    except NotPossible as refused:
        return said(request, str(refused), "strategize:dialogue", workspace.name, name, refused=True)
    note(workspace, str(request.user), "draft asking for consent", made, {"for": name}, staff=member(request))
    return said(request, "It is a draft. Nobody is asked before you start it.", "strategize:dialogue", workspace.name, made)
