"""Messages: the list, each with its words, and how anyone would read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.http import Http404, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.messages.checks import check_message
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.messages.queries import NoSuchMessage, render_preview
from duologue.engage.messages.trying_out import NotTried, colleagues, send_trial
from duologue.engage.messages.words import path_of, wording_of
from duologue.engage.templates.liquid import ContentFailed
from duologue.kit.text import whole_number
from duologue.people.profiles.finding import search
from duologue.people.profiles.queries import people
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.frames import framed
from duologue.web.pages import member, page, said
from duologue.web.strategize.sayings import first_words

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PLACE = "engage/messages"
SUGGESTED = 8
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")  # of the broadcast whose screen asks


@require_GET
@inside(Right.LOOK)
def messages(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the messages with their subjects."""
    rows = MessageVersion.within(workspace).filter(number=F("message__current")).select_related("message").order_by("message__name")
    return page(
        request,
        workspace,
        "engage/messages.html",
        place=PLACE,
        rows=[(row, first_words(str(_said(row.data).get("subject") or ""))) for row in rows],
    )


@require_GET
@inside(Right.LOOK)
def message(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show a message as a person of one's choice would read it, with its versions."""
    one = Message.within(workspace).filter(name=name).first()
    if one is None:
        raise Http404
    versions = list(MessageVersion.within(workspace).filter(message=one).order_by("-number")[:20])
    sees_people = may(getattr(request, "role", ""), Right.SEE_PEOPLE)
    sought = request.GET.get("q", "").strip()[:200] if sees_people else ""
    chosen = _person(request) if sees_people else None
    current = next((row for row in versions if row.number == one.current), None)
    context: dict[str, Any] = {"message": one, "versions": versions, "said": _said(current.data) if current else {}, "sought": sought}
    if sees_people:
        context["found"] = search(workspace, sought, SUGGESTED)
        context["reader"] = people(workspace, [chosen], facts=()).get(chosen) if chosen is not None else None
    context |= {"wording": wording_of(workspace, name), "path": path_of(name)}
    context["colleagues"] = colleagues(workspace)
    try:
        context["rendered"] = render_preview(workspace, name, chosen)
        context["findings"] = check_message(workspace, name, chosen)
    except (NoSuchMessage, ContentFailed) as failed:
        context["trouble"] = str(failed)
    return page(request, workspace, "engage/message.html", place=PLACE, **context)


@require_GET
@xframe_options_sameorigin
@inside(Right.LOOK)
def preview(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Return the message alone, for its frame."""
    chosen = _person(request) if may(getattr(request, "role", ""), Right.SEE_PEOPLE) else None
    try:
        return framed(render_preview(workspace, name, chosen).html)
    except NoSuchMessage:
        raise Http404 from None
    except ContentFailed as failed:
        return HttpResponse(str(failed), content_type="text/plain; charset=utf-8")


@require_POST
@inside(Right.EDIT)
def try_out(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Send a trial letter to somebody who works here."""
    to = request.POST.get("to", "").strip()
    of = request.POST.get("of", "")
    back = ("engage:broadcast", workspace.name, of) if NAME.fullmatch(of) else ("engage:message", workspace.name, name)
    reader = whole_number(request.POST.get("person", "")) if may(getattr(request, "role", ""), Right.SEE_PEOPLE) else None
    try:
        send_trial(workspace=workspace, message=name, to=to, person=reader, now=now(workspace))
    except NotTried as refused:
        return said(request, str(refused), *back, refused=True)
    note(workspace, str(request.user), "try message", name, {"to": to}, staff=member(request))
    return said(request, f"A trial letter is on its way to {to}.", *back)


def _person(request: HttpRequest) -> int | None:
    return whole_number(request.GET.get("person", ""))


def _said(data: dict[str, Any]) -> dict[str, Any]:
    said = data.get("message") or {}
    return {**said, **(said.get("email") or {})}
