"""The personas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from duologue.brand.personas.queries import personas as all_personas
from duologue.platform.staff.rules import Right
from duologue.strategize.segments.models import Segment
from duologue.web.access import inside
from duologue.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.LOOK)
def personas(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the typical customers, each with the size of the segment it stands for."""
    rows = sorted(all_personas(workspace), key=lambda one: one.name)
    sizes = dict(Segment.within(workspace).filter(name__in=[one.segment for one in rows if one.segment]).values_list("name", "size"))
    return page(request, workspace, "brand/personas.html", place="brand/personas", rows=[(one, sizes.get(one.segment)) for one in rows])
