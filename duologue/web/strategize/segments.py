"""Segments: the rule in words, the size, who is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.views.decorators.http import require_GET

from duologue.people.profiles.queries import people
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.models import Segment, SegmentMember
from duologue.web.access import inside
from duologue.web.pages import page, sliced
from duologue.web.strategize.wording import rule_in_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.LOOK)
def segments(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the segments with their sizes."""
    rows = list(Segment.within(workspace).order_by("name"))
    return page(request, workspace, "strategize/segments.html", place="strategize/segments", segments=rows)


@require_GET
@inside(Right.LOOK)
def segment(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show one segment; its members only to those who may see people."""
    one = Segment.within(workspace).filter(name=name).first()
    if one is None:
        raise Http404
    context: dict[str, Any] = {"segment": one, "rule": rule_in_words(one.rule)}
    if may(getattr(request, "role", ""), Right.SEE_PEOPLE):
        members = sliced(SegmentMember.within(workspace).filter(segment=one, member=True), request, "person")
        known = people(workspace, [member.person for member in members.rows], facts=())
        context |= {"members": [(member, known.get(member.person)) for member in members.rows], "following": members.following}
    return page(request, workspace, "strategize/segment.html", place="strategize/segments", now=now(workspace), **context)
