"""How everything is worded that a dialogue says, asks and gives, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.views.decorators.http import require_GET

from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import page
from duologue.web.readings import path_of, reading_of
from duologue.web.strategize.dialogues import PLACE, find, in_force, plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan


KINDS: Final = {"messages": "message", "surveys": "survey", "offers": "offer"}


@require_GET
@inside(Right.LOOK)
def worded(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Read the messages, surveys and offers of a dialogue against the brand book, in the order of its turns."""
    one = find(workspace, name)
    version = in_force(one)
    plan, mistakes = plan_of(one, version)
    named = dict.fromkeys(_named(plan)) if plan else {}
    texts = [(folder, KINDS[folder], what, path_of(folder, what), _where(workspace, folder, what)) for folder, what in named]
    read = [(*text, reading) for text in texts if (reading := reading_of(workspace, text[3])) is not None]
    context = {"dialogue": one, "version": version, "plan": plan, "mistakes": mistakes, "texts": read, "tab": "worded"}
    return page(request, workspace, "strategize/worded.html", place=PLACE, **context)


def _named(plan: Plan) -> Iterator[tuple[str, str]]:
    for turn in plan.turns.values():
        if turn.message:
            yield "messages", turn.message
        if turn.survey:
            yield "surveys", turn.survey
        for offer in turn.gives:
            yield "offers", offer


def _where(workspace: Workspace, folder: str, name: str) -> str:
    """Return the page of a text; "" for a survey, which has none."""
    at = {"messages": "engage:message", "offers": "strategize:offer"}.get(folder)
    return reverse(at, args=[workspace.name, name]) if at else ""
