"""How a letter is worded, as it is written; and letting a finding in any text stand, for a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from duologue.brand.wording import actions
from duologue.brand.wording.actions import NeedsReason
from duologue.brand.wording.queries import Reading
from duologue.engage.broadcasts.rules.texts import message_text
from duologue.engage.messages.words import path_of, wording_of, wording_of_text
from duologue.kit.yaml import Mistakes
from duologue.platform.database.clock import database_now
from duologue.platform.staff.rules import Right, may
from duologue.web.access import inside
from duologue.web.engage.broadcast_form import read_form
from duologue.web.pages import member, said
from duologue.web.readings import reading_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

DRAFT: Final = "draft"
LONGEST: Final = 60_000  # characters that are read as one types; all of it is, once it is kept


@require_POST
@inside(Right.EDIT)
def as_written(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return what to look at in the words of a broadcast that is being written, marked where they stand."""
    kept = request.POST.get("of", "")
    one = read_form(request.POST, kept or DRAFT).broadcast
    shown: Reading | None
    if one.message:
        shown = wording_of(workspace, one.message)
    elif one.subject or one.body:
        try:
            written = replace(one, name=kept or DRAFT, subject=one.subject or "…", body=one.body[:LONGEST] or "…")
            shown = wording_of_text(workspace, message_text(written), kept or DRAFT)
        except Mistakes:
            shown = Reading()
    else:
        shown = None
    can = {"publish": may(getattr(request, "role", ""), Right.PUBLISH)}
    name = one.message or kept
    context = {"workspace": workspace, "wording": shown, "path": path_of(name) if name else "", "shows": not one.message, "can": can}
    context["back"] = reverse("engage:broadcast", args=[workspace.name, kept]) if kept else ""
    return render(request, "engage/wording.html", context)


@require_POST
@inside(Right.PUBLISH)
def accept(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Let a finding in a text stand, with its reason, or with `again` look for it again; then go back to where it was found."""
    path, mark = request.POST.get("path", "")[:120], request.POST.get("mark", "")[:32]
    here = reading_of(workspace, path)
    if here is None:
        raise Http404
    back, by = _back(request, workspace), str(request.user)
    if "again" in request.POST:
        actions.no_longer_accept(workspace=workspace, of=path, mark=mark, by=by, staff=member(request))
        return said(request, "It is looked for again.", back)
    finding = next((one for one in here.open if one.mark == mark), None)
    if finding is None:
        return said(request, "These words are not in the text as it is kept. Keep it first, then look again.", back, refused=True)
    reason = request.POST.get("reason", "")
    try:
        actions.accept(workspace=workspace, of=path, finding=finding, reason=reason, now=database_now(), by=by, staff=member(request))
    except NeedsReason as refused:
        return said(request, str(refused), back, refused=True)
    return said(request, "It may stay. The reason is kept in the log.", back)


def _back(request: HttpRequest, workspace: Workspace) -> str:
    """Return the page where the finding stood: one of this workspace's."""
    back = request.POST.get("back", "")
    home = reverse("home:home", args=[workspace.name])
    return back if back.startswith(home) and url_has_allowed_host_and_scheme(back, None) else home
