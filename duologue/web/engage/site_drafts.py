"""Drafting a site, looking at it before anybody else, publishing it, and bringing an earlier version back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp.decorators import csp_update
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duologue.brand.wording.queries import reading
from duologue.engage.sites import actions, queries
from duologue.engage.sites.rules.naming import may_be_called, sentence
from duologue.engage.sites.rules.page import read_site
from duologue.engage.sites.weight import findings
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import Mistakes
from duologue.platform.audit.actions import note
from duologue.platform.database.versions import one_at_a_time
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.engage.sites import PLACE
from duologue.web.pages import member, page, said
from duologue.web.public.site_page import TEMPLATE, context, here
from duologue.web.readings import path_of
from duologue.web.writing import as_sent, check_length, check_unmoved, mark_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.engage.sites.models import Site as SiteRow
    from duologue.engage.sites.rules.page import Site
    from duologue.platform.workspaces.models import Workspace

LONGEST: Final = 100_000
BEGINNING: Final = "site: {name}\ntitle: {title}\ntext: |\n  What it is about, in a few words.\nasks: [email]\nbutton: Sign up\n"


@require_POST
@inside(Right.EDIT)
def new(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Begin the draft of a site that is not there yet."""
    name = request.POST.get("name", "").strip().lower().replace(" ", "-")
    if not may_be_called(name):
        return said(request, sentence(name), "engage:sites", workspace.name, refused=True)
    if queries.row_of(workspace, name) is None:
        text = BEGINNING.format(name=name, title=name.replace("-", " ").capitalize())
        actions.save_draft(workspace=workspace, name=name, source=text, now=now(workspace), by=member(request).email)
        note(workspace, str(request.user), "draft site", name, staff=member(request))
    return redirect("engage:site-draft", workspace.name, name)


@require_http_methods(["GET", "HEAD", "POST"])
@inside(Right.LOOK)
def draft(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show the draft, or what it would begin with, beside what it changes; a POST keeps it, or keeps and publishes it."""
    row = queries.row_of(workspace, name)
    if row is None:
        raise Http404
    if request.method == "POST":
        return _kept(request, workspace, name, row)
    in_force = queries.sources(workspace).get(name, "")
    text = row.draft or in_force
    desk = _desk(workspace, name, text, in_force)
    return page(request, workspace, "engage/site_draft.html", place=PLACE, row=row, known=mark_of(text), **desk)


def _there(workspace: Workspace, name: str) -> str:
    row = queries.row_of(workspace, name)
    return (row.draft if row else "") or queries.sources(workspace).get(name, "")


def _kept(request: HttpRequest, workspace: Workspace, name: str, row: SiteRow) -> HttpResponse:
    role, publishes = getattr(request, "role", ""), request.POST.get("what") == "publish"
    if not may(role, Right.PUBLISH if publishes else Right.EDIT):
        raise PermissionDenied
    text, who, at = as_sent(request, "text"), member(request), now(workspace)
    try:
        check_length(text, LONGEST)
        with transaction.atomic():
            one_at_a_time(workspace)
            check_unmoved(request.POST.get("known", ""), _there(workspace, name))
            actions.save_draft(workspace=workspace, name=name, source=text, now=at, by=who.email)
    except Mistakes as found:
        return _not_kept(request, workspace, row, text, found)
    if not text.strip():
        there = queries.row_of(workspace, name) is not None
        return said(request, "The draft is gone.", "engage:site" if there else "engage:sites", *([workspace.name, name][: 1 + there]))
    if not publishes:
        return said(request, "Kept. Only members see it.", "engage:site-draft", workspace.name, name)
    try:
        actions.called(text, name)
        version = actions.save_site(workspace=workspace, source=text, now=at, by=who.email)
    except Mistakes as found:
        trouble = f"It was kept, and is not published: {len(found.mistakes)} to put right."
        return said(request, trouble, "engage:site-draft", workspace.name, name, refused=True)
    note(workspace, str(request.user), "publish site", name, {"version": version.number}, staff=who)
    heavy = [one.says for one in findings(workspace, queries.site_of(version)) if one.about == "weight"]
    return said(request, " ".join([f"Version {version.number} is in force.", *heavy]), "engage:site", workspace.name, name)


def _not_kept(request: HttpRequest, workspace: Workspace, row: SiteRow, text: str, found: Mistakes) -> HttpResponse:
    """Give back what was written, with what is wrong with it."""
    read = {"mistakes": found.mistakes, "wording": None, "name": row.name, "text": text, "changed": [], "is_new": not row.current}
    known = request.POST.get("known", "")
    answer = page(request, workspace, "engage/site_draft.html", place=PLACE, row=row, known=known, **read)
    answer.status_code = 422
    return answer


def _desk(workspace: Workspace, name: str, text: str, in_force: str) -> dict[str, object]:
    mistakes, wording, path = [], None, path_of("sites", name)
    try:
        actions.called(text, name)
        actions.checked(workspace, text)
        wording = reading(workspace, path, findings(workspace, read_site(text)))
    except Mistakes as found:
        mistakes = found.mistakes
    changed = queries.changes(in_force, text)
    read = {"mistakes": mistakes, "wording": wording, "path": path}
    return {"name": name, "text": text, "changed": changed, "is_new": not in_force, **read}


@require_GET
@csp_update({"img-src": ["https:"]})
@inside(Right.LOOK)
def look(request: HttpRequest, workspace: Workspace, name: str, number: int = 0) -> HttpResponse:
    """Show the page as everybody would see it: the draft, or a version by its number. Its forms take nothing."""
    if number:
        version = queries.version(workspace, name, number)
        if version is None:
            raise Http404
        return _shown(request, workspace, queries.site_of(version), f"Version {number}")
    row = queries.row_of(workspace, name)
    if row is None or not row.draft:
        raise Http404
    try:
        site = actions.checked(workspace, row.draft)
    except Mistakes as found:
        return said(request, str(found.mistakes[0].sentence), "engage:site-draft", workspace.name, name, refused=True)
    return _shown(request, workspace, site, "Draft")


def _shown(request: HttpRequest, workspace: Workspace, site: Site, what: str) -> HttpResponse:
    this = here(workspace, site, 0, request)
    return render(request, TEMPLATE, context(this, draft=f"{what}. Only members see this; its forms take nothing."))


@require_GET
@inside(Right.LOOK)
def version(request: HttpRequest, workspace: Workspace, name: str, number: int) -> HttpResponse:
    """Show one version: what it changed, and its text."""
    found = queries.version(workspace, name, number)
    if found is None:
        raise Http404
    before = queries.version(workspace, name, number - 1)
    changed = queries.changes(before.source if before else "", found.source)
    row = queries.row_of(workspace, name)
    return page(request, workspace, "engage/site_version.html", place=PLACE, name=name, one=found, changed=changed, row=row)


@require_POST
@inside(Right.PUBLISH)
def bring_back(request: HttpRequest, workspace: Workspace, name: str, number: int) -> HttpResponse:
    """Put an earlier version in force again, as a new one."""
    who = member(request)
    try:
        made = actions.bring_back(workspace=workspace, name=name, number=number, now=now(workspace), by=who.email)
    except Refused:
        raise Http404 from None
    except Mistakes as found:
        trouble = f"Version {number} no longer holds: {found.mistakes[0].sentence}"
        return said(request, trouble, "engage:site", workspace.name, name, refused=True)
    note(workspace, str(request.user), "bring back site", name, {"version": number, "as": made.number}, staff=who)
    return said(request, f"What version {number} said is in force again, as version {made.number}.", "engage:site", workspace.name, name)
