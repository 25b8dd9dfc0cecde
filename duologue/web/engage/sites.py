"""The brand's own pages: which there are, where they are, what came of them, and the form to paste elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from duologue.engage.sites import queries
from duologue.engage.sites.rules.forms import TRAP
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import page
from duologue.web.public.words import WORDS, language_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE = "engage/sites"


@require_GET
@inside(Right.LOOK)
def sites(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the sites with how many forms came in by each."""
    rows = [(one, address(workspace, one.site.site)) for one in queries.sites(workspace)]
    return page(request, workspace, "engage/sites.html", place=PLACE, rows=rows)


@require_GET
@inside(Right.LOOK)
def site(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show one site: its address, what its form asks, and the form as HTML to paste into a page of one's own."""
    found = queries.current(workspace, name)
    if found is None:
        raise Http404
    here = found.site
    words = WORDS[language_of(workspace.locale)]
    fields = [{"key": field, "label": words[f"field_{field}"], "needed": place == 0} for place, field in enumerate(here.asks)]
    asked = {"site": here, "fields": fields, "words": words, "trap": TRAP, "address": address(workspace, name)}
    snippet = render_to_string("engage/form.html", asked)
    return page(request, workspace, "engage/site.html", place=PLACE, one=found, address=address(workspace, name), snippet=snippet)


def address(workspace: Workspace, name: str) -> str:
    """Return where a site is, for everybody."""
    return f"{settings.PUBLIC_URL}{reverse('public:site', args=[workspace.name, name])}"
