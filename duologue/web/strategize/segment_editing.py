"""Writing a segment: its text, and beside it, as one types, what it says, whom it picks and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from duologue.engage.broadcasts.rules.asking import slug
from duologue.kit.yaml import Mistake, Mistakes
from duologue.people.profiles.queries import people
from duologue.platform.audit.actions import note
from duologue.platform.database.versions import one_at_a_time
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.queries import invited_from
from duologue.strategize.segments.models import Segment
from duologue.strategize.segments.rules.tree import to_json
from duologue.web.access import inside
from duologue.web.pages import member, page, said
from duologue.web.strategize.wording import rule_in_words
from duologue.web.writing import as_sent, check_length, check_unmoved, mark_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.rules.tree import Rule

PLACE: Final = "strategize/segments"
LONGEST: Final = 20_000
DRAFT: Final = "draft"
BEGINNING: Final = """about: Good customers who went quiet
where:
  all:
    - {count: {event: Order Completed, within: 730d}, at_least: 2}
    - {not: {did: {event: Order Completed, within: 180d}}}
"""
EXAMPLES: Final = (
    ("a fact is so", "{person.country: [GB, IE]}"),
    ("did it", "{did: {event: Order Completed, within: 90d}}"),
    ("did it often", "{did: {event: Product Viewed, times: {at_least: 3}, within: 30d}}"),
    ("did not", "{not: {did: {event: Order Completed, within: 180d}}}"),
    ("did one, and not the other", "{did: {event: Cart Updated, not: {event: Order Completed, within: 2d}}}"),
    ("spent so much", "{sum: {event: Order Completed, of: revenue, within: 365d}, at_least: 500}"),
    ("last did it before", "{last: {event: Order Completed}, before: 90d}"),
    ("one after the other", "{sequence: [Product Viewed, Order Completed], within: 7d}"),
    ("recent, frequent, worth it", "{rfm: {recency: {under: 60d}, frequency: {at_least: 3}, money: {over: 200}}}"),
    ("may be written to", "{may: {by: email, purpose: promotions}}"),
    ("is in another segment", "{in: big-spenders}"),
)


@require_http_methods(["GET", "POST"])
@inside(Right.EDIT)
def new(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show an empty desk; a POST keeps a new segment."""
    if request.method != "POST":
        return _desk(request, workspace, None, BEGINNING)
    title, source = request.POST.get("name", "").strip(), as_sent(request)
    name = slug(title)
    if not name:
        return _desk(request, workspace, None, source, [Mistake("", 0, "Give it a name, as in Lapsed customers.")], title)
    return _kept(request, workspace, None, name, source)


@require_http_methods(["GET", "POST"])
@inside(Right.EDIT)
def change(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show a segment's text to change it; a POST keeps it, unless somebody else did meanwhile."""
    one = Segment.within(workspace).filter(name=name).first()
    if one is None:
        raise Http404
    if request.method != "POST":
        return _desk(request, workspace, one, one.source)
    return _kept(request, workspace, one, name, as_sent(request))


@require_POST
@inside(Right.EDIT)
def count(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return what is being written in words, with whom it picks just now, or what is wrong with it."""
    name, source = request.POST.get("of") or DRAFT, as_sent(request)
    # DuckDB, Arrow and Ibis are for those who write segments: other pages do not wait for them, nor hold their memory
    from duologue.strategize.segments.actions import checked  # noqa: PLC0415

    try:
        rule = checked(workspace=workspace, name=name, source_yaml=source)
    except Mistakes as found:
        return render(request, "strategize/segment_count.html", {"mistakes": found.mistakes})
    said_so = {"rule": rule_in_words(to_json(rule)), "workspace": workspace}
    return render(request, "strategize/segment_count.html", {**said_so, **_counted(request, workspace, rule)})


def _counted(request: HttpRequest, workspace: Workspace, rule: Rule) -> dict[str, Any]:
    from duologue.strategize.segments.trying import NotCounted, try_rule  # noqa: PLC0415 - as above

    try:
        tried = try_rule(workspace=workspace, rule=rule, now=now(workspace))
    except NotCounted as later:
        return {"later": str(later)}
    if not may(getattr(request, "role", ""), Right.SEE_PEOPLE):
        return {"tried": tried}
    known = people(workspace, tried.some, facts=())
    return {"tried": tried, "some": [(number, known[number].name) for number in tried.some if number in known]}


def _kept(request: HttpRequest, workspace: Workspace, one: Segment | None, name: str, source: str) -> HttpResponse:
    if not may(getattr(request, "role", ""), Right.PUBLISH):
        raise PermissionDenied
    from duologue.strategize.segments.actions import save_segment  # noqa: PLC0415 - as above

    try:
        with transaction.atomic():
            one_at_a_time(workspace)
            check_length(source, LONGEST)
            there = Segment.within(workspace).filter(name=name).first()
            if one is not None:
                check_unmoved(request.POST.get("known", ""), there.source if there else "")
            else:
                _check_free(name, there)
            kept = save_segment(workspace=workspace, name=name, source_yaml=source, now=now(workspace))
    except Mistakes as found:
        return _desk(request, workspace, one, source, found.mistakes, request.POST.get("name", ""))
    before, to = there.revision if there else 0, ("strategize:segment", workspace.name, name)
    if there is not None and there.source == source:
        return said(request, "Nothing in it has changed.", *to)
    note(workspace, str(request.user), "save segment", name, {"revision": kept.revision}, staff=member(request))
    counted = "It is being counted." if kept.revision != before else "Its rule is the same, so nobody joins or leaves."
    return said(request, f"It is kept, as revision {kept.revision}. {counted}", *to)


def _check_free(name: str, there: Segment | None) -> None:
    if there is not None:
        raise Mistakes([Mistake("", 0, f"There is a segment {name} already; take another name.")])


def _desk(  # noqa: PLR0917 - what is on the desk
    request: HttpRequest, workspace: Workspace, one: Segment | None, source: str, mistakes: list[Mistake] | None = None, title: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "segment": one,
        "source": source,
        "title": title,
        "mistakes": mistakes,
        "known": request.POST.get("known") or (mark_of(one.source) if one else ""),
        "used": invited_from(workspace, one.name) if one else [],
        "examples": EXAMPLES,
        "most": LONGEST,
    }
    answer = page(request, workspace, "strategize/segment_editor.html", place=PLACE, **context)
    answer.status_code = 422 if mistakes else 200
    return answer
