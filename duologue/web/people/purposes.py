"""Why something may be sent or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from duologue.people.consent.queries import purposes as all_purposes
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.LOOK)
def purposes(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the purposes and their bases."""
    return page(request, workspace, "people/purposes.html", place="people/purposes", purposes=list(all_purposes(workspace).values()))
