"""A dialogue as a storyboard to print and sign, and played into one's own mailbox."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET, require_POST

from duologue.engage.messages.trying_out import NotTried, colleagues
from duologue.engage.runs.playing import ANSWERS, play_to
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said
from duologue.web.strategize import script
from duologue.web.strategize.dialogues import PLACE, find, in_force, plan_of
from duologue.web.strategize.letters import letters
from duologue.web.strategize.options import options_in
from duologue.web.strategize.sayings import sayings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

DAY = timedelta(days=1)


@require_GET
@inside(Right.LOOK)
def storyboard(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show every turn with its words on a page made for paper, with room to sign."""
    one = find(workspace, name)
    version = in_force(one)
    plan, mistakes = plan_of(one, version)
    context = {
        "dialogue": one,
        "version": version,
        "plan": plan,
        "mistakes": mistakes,
        "turns": script.turns(plan, None, sayings(workspace, plan, version), options_in(workspace, plan)) if plan else [],
        "letters": letters(workspace, plan, version) if plan else [],
        "starts": script.starts(plan) if plan else "",
        "goal": script.goal(plan) if plan else "",
        "colleagues": colleagues(workspace),
        "tab": "storyboard",
    }
    return page(request, workspace, "strategize/storyboard.html", place=PLACE, **context)


@require_POST
@inside(Right.EDIT)
def play(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Play the dialogue to somebody who works here, days as seconds."""
    one = find(workspace, name)
    back = ("strategize:storyboard", workspace.name, name)
    version = in_force(one)
    plan, mistakes = plan_of(one, version)
    if plan is None:
        return said(request, mistakes[0], *back, refused=True)
    to, answers = request.POST.get("to", "").strip(), request.POST.get("answers", ANSWERS[0])
    try:
        letters = play_to(workspace=workspace, plan=plan, to=to, person=None, answers=answers, now=now(workspace))
    except NotTried as refused:
        return said(request, str(refused), *back, refused=True)
    note(workspace, str(request.user), "play dialogue", name, {"to": to, "answers": answers}, staff=member(request))
    many = "1 letter is" if letters == 1 else f"{letters} letters are"
    return said(request, f"{many} on the way to {to}, a day of the dialogue for each second.", *back)
