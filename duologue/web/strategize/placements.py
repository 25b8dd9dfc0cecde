"""Placements and occasions: where invitations stand, and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from duologue.kit.clock import parse_moment
from duologue.platform.staff.rules import Right
from duologue.strategize.campaigns.rules import money_of
from duologue.strategize.occasions import queries as of_occasions
from duologue.strategize.placements import queries as of_placements
from duologue.web.access import inside
from duologue.web.pages import page
from duologue.web.strategize.campaigns import days

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.LOOK)
def placements(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the placements: where each stands, when, at what cost, by which codes people respond."""
    found = [one.placement for one in of_placements.placements(workspace)]
    rows = [(one, days(one.period), money_of(one.cost, workspace.currency)) for one in found]
    return page(request, workspace, "strategize/placements.html", place="strategize/placements", rows=rows)


@require_GET
@inside(Right.LOOK)
def occasions(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the occasions: when and where each is, and for how many. Moments are shown on the occasion's own clock."""
    found = [one.occasion for one in of_occasions.occasions(workspace)]
    rows = [(one, *(parse_moment(at) for at in (one.starts_at, one.ends_at))) for one in found]
    return page(request, workspace, "strategize/occasions.html", place="strategize/occasions", rows=rows)
