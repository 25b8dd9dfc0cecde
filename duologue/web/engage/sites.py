"""The brand's own pages: which there are, where they are, what came of them, and the form to paste elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from duologue.engage.sites import queries
from duologue.engage.sites.rules.forms import TRAP, WHICH
from duologue.engage.sites.rules.page import forms_of
from duologue.people.consent.ages import UNKNOWN, age_of_consent
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.hosts import at_host, hosts_of
from duologue.web.access import inside
from duologue.web.pages import page
from duologue.web.public.giving import wordings
from duologue.web.public.questions import shown
from duologue.web.public.site_page import Here, address, field_shown
from duologue.web.public.words import WORDS, language_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.engage.sites.rules.page import Form, Site
    from duologue.platform.workspaces.models import Workspace

PLACE = "engage/sites"


@require_GET
@inside(Right.LOOK)
def sites(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the sites with how many forms came in by each, those that are only drafted, and the hosts they are served under."""
    rows = [(one, address(workspace, one.site.site)) for one in queries.sites(workspace)]
    hosts = [(at_host(host.name), host.home) for host in hosts_of(workspace)]
    drafts = queries.only_drafted(workspace)
    return page(request, workspace, "engage/sites.html", place=PLACE, rows=rows, drafts=drafts, hosts=hosts)


@require_GET
@inside(Right.LOOK)
def site(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show one site: its address, what its forms ask, each as HTML to paste into a page of one's own, and its versions."""
    row = queries.row_of(workspace, name)
    if row is None:
        raise Http404
    found = queries.current(workspace, name)
    forms = [(which, form, _snippet(workspace, found.site, which, form)) for which, form in forms_of(found.site).items()] if found else []
    context = {"row": row, "one": found, "forms": forms, "versions": queries.versions(workspace, name), "address": address(workspace, name)}
    return page(request, workspace, "engage/site.html", place=PLACE, **context)


def _snippet(workspace: Workspace, here: Site, which: str, form: Form) -> str:
    words = WORDS[language_of(here.locale or workspace.locale)]
    age = age_of_consent(workspace.country) or UNKNOWN
    fields = [field_shown(field, {}, {}, words, needed=place == 0, age=age) for place, field in enumerate(form.asks)]
    this = Here(workspace, here, 0, here.locale or workspace.locale, [], None)
    survey = this.survey(form)
    first = this.applies(survey, {})
    boxes = wordings(workspace, survey) if survey else {}
    questions = shown(survey, {}, {}, words, only=first, agreeing=boxes) if survey else []
    photos = any(one["question"].kind == "photo" for one in questions)
    asked = {"questions": questions, "seen": first, "prefix": f"{which}-" if which else "", "has_photos": photos, "asks_again": bool(boxes)}
    about = {"form": form, "name": which, "which": WHICH, "fields": fields, "words": words, "trap": TRAP}
    return render_to_string("engage/form.html", {**about, **asked, "address": address(workspace, here.site)})
