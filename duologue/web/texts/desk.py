"""The desk at which a text is written: beside it, as one types, what it says or what is wrong; then it is kept, or put in force."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST

from duologue.engage.broadcasts.queries import find as find_broadcast
from duologue.engage.messages.queries import render_source
from duologue.engage.templates.liquid import ContentFailed
from duologue.kit.text import whole_number
from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.people.profiles.finding import search
from duologue.platform.database.versions import one_at_a_time
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.frames import framed
from duologue.web.pages import page
from duologue.web.texts import keeping
from duologue.web.texts.kinds import KINDS
from duologue.web.writing import as_sent, check_length, check_unmoved, mark_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace
    from duologue.web.texts.kinds import Kind

LONGEST: Final = 200_000
READERS: Final = 6
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
ON_PAPER: Final = "font:15px system-ui;padding:1rem"


@require_http_methods(["GET", "POST"])
@inside(Right.EDIT)
def new(request: HttpRequest, workspace: Workspace, word: str) -> HttpResponse:
    """Show a desk with an example to write over; a POST keeps what was written, by the name that it calls itself."""
    kind = _kind(word)
    if request.method != "POST":
        return _desk(request, workspace, kind, "", kind.begin(workspace) if kind.begin else kind.beginning)
    return _kept(request, workspace, kind, "")


@require_http_methods(["GET", "POST"])
@inside(Right.EDIT)
def change(request: HttpRequest, workspace: Workspace, word: str, name: str) -> HttpResponse:
    """Show a text to change it; a POST keeps it, unless somebody else did meanwhile."""
    kind = _kind(word)
    there = kind.text(workspace, name)
    if there is None:
        raise Http404
    if _is_made_on_its_own_screen(workspace, kind, name):
        return redirect("engage:broadcast", workspace.name, name)
    if request.method != "POST":
        return _desk(request, workspace, kind, name, there)
    return _kept(request, workspace, kind, name)


@require_POST
@inside(Right.EDIT)
def read(request: HttpRequest, workspace: Workspace, word: str) -> HttpResponse:
    """Return what a text that is being written says, or what is wrong with it."""
    kind, source = _kind(word), as_sent(request)
    context: dict[str, Any] = {"workspace": workspace, "kind": kind, "can": {}}
    try:
        context |= kind.shown(workspace, request.POST.get("of") or _called(kind, source), source)
    except Mistakes as found:
        context["mistakes"] = found.mistakes
    return render(request, f"texts/{word}.html", context)


@require_POST
@xframe_options_sameorigin
@inside(Right.EDIT)
def look(request: HttpRequest, workspace: Workspace, word: str) -> HttpResponse:
    """Return a message that is being written as a person of one's choice would read it, for its frame."""
    kind, source = _kind(word), as_sent(request)
    reader = whole_number(request.POST.get("reader", "")) if may(getattr(request, "role", ""), Right.SEE_PEOPLE) else None
    if not kind.as_read:
        raise Http404
    try:
        shown = render_source(workspace, source, request.POST.get("of") or _called(kind, source), reader)
    except Mistakes:
        return framed(f"<p style='{ON_PAPER};color:#5b616b'>It is shown once what is wrong with it is mended.</p>")
    except ContentFailed as failed:
        return framed(format_html(f"<p style='{ON_PAPER};color:#b42318'>{{}}</p>", str(failed)))
    return framed(shown.html)


def _kind(word: str) -> Kind:
    if word not in KINDS:
        raise Http404
    return KINDS[word]


def _kept(request: HttpRequest, workspace: Workspace, kind: Kind, name: str) -> HttpResponse:
    """Keep a text as it was asked to be, a new one by the name it calls itself; where that is refused, say why on the desk."""
    source = as_sent(request)
    publishes = kind.keep is not None or "publish" in request.POST
    if publishes and not may(getattr(request, "role", ""), Right.PUBLISH):
        raise PermissionDenied
    try:
        with transaction.atomic():
            one_at_a_time(workspace)
            check_length(source, LONGEST)
            if name:
                check_unmoved(request.POST.get("known", ""), kind.text(workspace, name) or "")
            called = name or _free(workspace, kind, source)
            sentence = keeping.keep(request, workspace, kind, called, source, publishes=publishes)
    except Mistakes as found:
        return _desk(request, workspace, kind, name, source, found.mistakes)
    return keeping.go(request, workspace, kind, called, sentence)


def _desk(  # noqa: PLR0917 - what is on the desk
    request: HttpRequest, workspace: Workspace, kind: Kind, name: str, source: str, mistakes: list[Mistake] | None = None
) -> HttpResponse:
    there = kind.text(workspace, name) if name else None
    context: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "source": source,
        "mistakes": mistakes,
        "known": request.POST.get("known") or mark_of(there or ""),
        "most": LONGEST,
        "back": _back(workspace, kind, name),
        "chosen": request.POST,
        "follows": set(request.POST.getlist("with")) if request.method == "POST" else None,
    }
    if name:
        context |= keeping.around(workspace, kind, name)
    if kind.as_read and may(getattr(request, "role", ""), Right.SEE_PEOPLE):
        context["readers"] = [(one.person, one.name or f"Person {one.person}") for one in search(workspace, "", READERS)]
    answer = page(request, workspace, "texts/desk.html", place=kind.place, **context)
    answer.status_code = 422 if mistakes else 200
    return answer


def _is_made_on_its_own_screen(workspace: Workspace, kind: Kind, name: str) -> bool:
    """Say whether this is a broadcast, or the letter of one, that its own screen can say whole."""
    if kind.word not in {"dialogue", "message"}:
        return False
    found = find_broadcast(workspace, name, now(workspace))
    return found is not None and found.broadcast is not None and (kind.word == "dialogue" or not found.broadcast.message)


def _back(workspace: Workspace, kind: Kind, name: str) -> str:
    return reverse(kind.one, args=[workspace.name, name]) if name and kind.one else reverse(kind.every, args=[workspace.name])


def _called(kind: Kind, source: str) -> str:
    """Return the name that a text calls itself. Raises Mistakes where it has none that can be one."""
    document = read_yaml(source)
    said = document.data.get(kind.word) if isinstance(document.data, dict) else None
    if isinstance(said, str) and NAME.fullmatch(said):
        return said
    sentence = f"Its name stands on a line `{kind.word}: NAME`: small letters, digits and hyphens, as in {kind.beginning.split()[1]}."
    raise Mistakes([Mistake("", document.line((kind.word,)) if said is not None else 1, sentence)])


def _free(workspace: Workspace, kind: Kind, source: str) -> str:
    """Return the name that a new text calls itself. Raises Mistakes where something is called so already."""
    name = _called(kind, source)
    if kind.text(workspace, name) is not None:
        line = read_yaml(source).line((kind.word,))
        raise Mistakes([Mistake("", line, f"There is {_a(kind)} {name} already: open that one, or take another name.")])
    return name


def _a(kind: Kind) -> str:
    return f"{'an' if kind.word[0] in 'aeiou' else 'a'} {kind.word}"
