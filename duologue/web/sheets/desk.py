"""The desk of a sheet: fields to fill in, beside them the text that they make; kept in versions, or taken away where nothing names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from duologue.kit.text import whole_number
from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.platform.audit.actions import note
from duologue.platform.database.versions import one_at_a_time, take_away
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.actions import forget_file
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said
from duologue.web.sheets.kinds import SHEETS
from duologue.web.sheets.naming import listed
from duologue.web.sheets.sending import name_of, opened, sent
from duologue.web.sheets.showing import told, whole
from duologue.web.writing import check_unmoved, mark_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace
    from duologue.web.sheets.sending import Draft
    from duologue.web.sheets.sheet import Sheet


@require_http_methods(["GET", "POST"])
@inside(Right.EDIT)
def new(request: HttpRequest, workspace: Workspace, word: str) -> HttpResponse:
    """Show an empty desk; a POST keeps what was written, under the name that it gets by its title or calls itself."""
    sheet = _sheet(word)
    if sheet.only:
        return redirect("sheets:change", workspace.name, word, sheet.only)
    if request.method == "POST":
        return _posted(request, workspace, sheet, "")
    as_text = request.GET.get("as") == "text"
    return _desk(request, workspace, opened(sheet, "", sheet.example if as_text else "", as_text=as_text))


@require_http_methods(["GET", "POST"])
@inside(Right.EDIT)
def change(request: HttpRequest, workspace: Workspace, word: str, name: str) -> HttpResponse:
    """Show what is in force, or an earlier version, to change it; a POST keeps it, unless somebody else changed it meanwhile."""
    sheet = _sheet(word)
    there = sheet.text(workspace, name)
    if there is None and name != sheet.only:
        raise Http404
    if request.method == "POST":
        return _posted(request, workspace, sheet, name)
    number = whole_number(request.GET.get("version", ""))
    shown = sheet.earlier(workspace, name, number) if number else there or ""
    if shown is None:
        raise Http404
    return _desk(request, workspace, opened(sheet, name, shown, as_text=request.GET.get("as") == "text"), number)


@require_POST
@inside(Right.EDIT)
def read(request: HttpRequest, workspace: Workspace, word: str) -> HttpResponse:
    """Return what stands beside a desk while it is filled in: the text that it makes, what it says, and what is wrong with it."""
    sheet = _sheet(word)
    draft = sent(request, sheet, request.POST.get("of", ""))
    return render(request, "sheets/read.html", told(workspace, draft))


@require_POST
@inside(Right.PUBLISH)
def remove(request: HttpRequest, workspace: Workspace, word: str, name: str) -> HttpResponse:
    """Take something away with all its versions, where nothing names it."""
    sheet = _sheet(word)
    back = ("sheets:change", workspace.name, word, name)
    with transaction.atomic():
        one_at_a_time(workspace)
        there = sheet.text(workspace, name)
        if there is None or sheet.only:
            raise Http404
        try:
            check_unmoved(request.POST.get("known", ""), there)
        except Mistakes as found:
            return said(request, found.mistakes[0].sentence, *back, refused=True)
        if kept_by := [*(one.name for one in sheet.named_by(workspace, name)), *sheet.held_by(workspace, name)]:
            return said(request, f"It stays: {listed(kept_by)} still {'names' if len(kept_by) == 1 else 'name'} it.", *back, refused=True)
        take_away(sheet.model, workspace=workspace, name=name)
        forget_file(workspace=workspace, path=sheet.path(name))
        note(workspace, str(request.user), f"take away {word}", name, {"text": there}, staff=member(request))
    return said(request, f"{name.replace('-', ' ').capitalize()} is gone; the log keeps its last text.", sheet.every, workspace.name)


def _sheet(word: str) -> Sheet:
    if word not in SHEETS:
        raise Http404
    return SHEETS[word]


def _posted(request: HttpRequest, workspace: Workspace, sheet: Sheet, name: str) -> HttpResponse:
    """Show what was sent in the other form that it has, or keep it."""
    draft = sent(request, sheet, name)
    if request.POST.get("turn") == "text":
        return _desk(request, workspace, opened(sheet, name, draft.source, as_text=True))
    if request.POST.get("turn") == "fields":
        return _desk(request, workspace, opened(sheet, name, draft.source, as_text=False))
    if not may(getattr(request, "role", ""), Right.PUBLISH):
        raise PermissionDenied
    if draft.mistakes:
        return _desk(request, workspace, draft)
    try:
        called, sentence = _keep(request, workspace, draft)
    except Mistakes as found:
        draft.mistakes = found.mistakes
        return _desk(request, workspace, draft)
    return said(request, sentence, *((sheet.one, workspace.name, called) if sheet.one else (sheet.every, workspace.name)))


@transaction.atomic
def _keep(request: HttpRequest, workspace: Workspace, draft: Draft) -> tuple[str, str]:
    """Keep what was sent; return its name and what was done in a sentence. Raises Mistakes; then nothing is kept."""
    sheet, called = draft.sheet, name_of(draft)
    one_at_a_time(workspace)
    there = sheet.text(workspace, called)
    if draft.name:
        check_unmoved(request.POST.get("known", ""), there or "")
    elif there is not None:
        line = read_yaml(draft.source).line(("title",) if draft.said is not None else (sheet.word,))
        raise Mistakes([Mistake("", line, f"There is {called} already: open that one, or take another name.")])
    version = sheet.keep(workspace, called, draft.source, now(workspace))
    if there == draft.source:
        return called, "Nothing in it has changed."
    note(workspace, str(request.user), f"save {sheet.word}", called, {"version": version.number}, staff=member(request))
    return called, " ".join([f"It is kept, as version {version.number}.", *sheet.warnings(workspace, called, sheet.read(draft.source))])


def _desk(request: HttpRequest, workspace: Workspace, draft: Draft, number: int | None = None) -> HttpResponse:
    there = draft.sheet.text(workspace, draft.name) if draft.name else None
    known = request.POST.get("known") or mark_of(there or "")
    answer = page(request, workspace, "sheets/desk.html", place=draft.sheet.place, **whole(workspace, draft), known=known, number=number)
    answer.status_code = 422 if draft.mistakes and request.method == "POST" else 200
    return answer
