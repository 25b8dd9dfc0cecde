"""The brand book: as it is in force, as it was, what changed, and as text to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.http import Http404
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duologue.brand.book.actions import NoSuchVersion, bring_back, save_book, save_logo
from duologue.brand.book.changes import changes
from duologue.brand.book.logos import MOST_BYTES
from duologue.brand.book.models import BookVersion
from duologue.brand.book.queries import current, logos, missing_logo, source_in_force
from duologue.brand.book.rules import LOGOS, avoided_words, banned_topics, commitments, from_json, look_findings, read_book
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.platform.audit.actions import note
from duologue.platform.database.versions import one_at_a_time
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said
from duologue.web.writing import as_sent, check_length, check_unmoved, mark_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.brand.book.rules import Book
    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "brand/book"
SHOWN: Final = 20
LONGEST: Final = 200_000
FILE: Final = "brand.yaml"
BEGINNING: Final = """name: {title}
promise: What people get from you, in a sentence.
value: What nobody else has.
promises:
  - name: in-time
    says: It arrives in time.
    proof: Who counted it, and when.
voice:
  tone: Friendly and exact.
  never_says: {{hurry: "", cheap: good value}}
never_about: [politics]
look: {{colours: {{accent: "#1f4d3a", ink: "#1d2530", paper: "#ffffff"}}}}
commitments:
  - {{says: "We write twice a month at most.", at_most: 2, within: 30d}}
"""


@require_GET
@inside(Right.LOOK)
def book(request: HttpRequest, workspace: Workspace, number: int | None = None) -> HttpResponse:
    """Show who speaks: now, or in an earlier version."""
    versions = list(BookVersion.within(workspace).order_by("-number")[: SHOWN + 1])
    newest = versions[0] if versions else None
    version = newest if number is None else BookVersion.within(workspace).filter(number=number).first()
    if version is None and number is not None:
        raise Http404
    context: dict[str, Any] = {"versions": versions[:SHOWN], "version": version, "newest": newest, "logos": sorted(logos(workspace))}
    if version is not None and newest is not None:
        found = from_json(version.data)
        before = BookVersion.within(workspace).filter(number=version.number - 1).values_list("data", flat=True).first()
        context |= {
            "book": found,
            "is_earlier": version.pk != newest.pk,
            "commitments": commitments(found),
            "avoided": avoided_words(found),
            "banned": banned_topics(found),
            "hard_to_read": look_findings(found.look),
            "changed": changes(before, version.data) if before is not None else [],
            "differs": changes(version.data, newest.data),
        }
    return page(request, workspace, "brand/book.html", place=PLACE, **context)


@require_POST
@inside(Right.PUBLISH)
def again(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Bring an earlier version back, as a new one."""
    try:
        version = bring_back(workspace=workspace, number=number, now=now(workspace), by=str(request.user))
    except NoSuchVersion:
        raise Http404 from None
    note(workspace, str(request.user), "bring back brand book", str(number), {"version": version.number}, staff=member(request))
    return said(request, f"Version {number} is in force again, as version {version.number}.", "brand:book", workspace.name)


@require_http_methods(["GET", "POST"])
@inside(Right.PUBLISH)
def text(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the brand book as text; a POST puts what was written in force, or says on which lines it cannot be."""
    if request.method != "POST":
        source = _there(workspace)
        return page(request, workspace, "brand/text.html", place=PLACE, source=source, known=mark_of(source), mistakes=[])
    source = as_sent(request)
    try:
        read = _read(workspace, source)
        with transaction.atomic():
            one_at_a_time(workspace)
            check_unmoved(request.POST.get("known", ""), _there(workspace))
            before = BookVersion.within(workspace).order_by("-number").values_list("number", flat=True).first()
            version = save_book(workspace=workspace, book=read, now=now(workspace), source=source, by=str(request.user))
    except Mistakes as found:
        return _not_kept(request, workspace, source, found.mistakes)
    if version.number == before:
        return said(request, "Nothing in it has changed.", "brand:book", workspace.name)
    note(workspace, str(request.user), "save brand book", FILE, {"version": version.number}, staff=member(request))
    return said(request, f"Version {version.number} is in force.", "brand:book", workspace.name)


def _there(workspace: Workspace) -> str:
    return source_in_force(workspace) or BEGINNING.format(title=workspace.title)


def _read(workspace: Workspace, source: str) -> Book:
    """Return the brand book that a text says. Raises Mistakes, as where it names a logo that is not there."""
    check_length(source, LONGEST)
    read = read_book(source, FILE)
    if field := missing_logo(workspace, read):
        line = read_yaml(source, FILE).line(("look", field))
        raise Mistakes([Mistake(FILE, line, "There is no such logo; add it on the brand book's page first.")])
    return read


def _not_kept(request: HttpRequest, workspace: Workspace, source: str, mistakes: list[Mistake]) -> HttpResponse:
    known = request.POST.get("known", "")
    answer = page(request, workspace, "brand/text.html", place=PLACE, source=source, known=known, mistakes=mistakes)
    answer.status_code = 422
    return answer


@require_POST
@inside(Right.PUBLISH)
def add_logo(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Keep a logo; where the brand book names it, it is shown from now on."""
    name, file = request.POST.get("name", ""), request.FILES.get("file")
    raw = file.read(MOST_BYTES + 1) if file else b""
    try:
        save_logo(workspace=workspace, name=name, raw=raw, now=now(workspace))
    except Refused as refusal:
        return said(request, refusal.sentence, "brand:book", workspace.name, refused=True)
    note(workspace, str(request.user), "save logo", name, staff=member(request))
    look = current(workspace).look
    if name in {look.logo, look.logo_dark}:
        return said(request, "It is shown from now on.", "brand:book", workspace.name)
    field = "logo_dark" if name == LOGOS[1] else "logo"
    return said(request, f"It is kept. To show it, write under look in the brand book: {field}: {name}", "brand:book", workspace.name)
