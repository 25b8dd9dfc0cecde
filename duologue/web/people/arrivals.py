"""What comes in: imports, and events that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from duologue.people.imports.models import Import
from duologue.people.intake.models import Refusal
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import page, sliced

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.SEE_PEOPLE)
def arrivals(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the latest imports, and refused events with their reasons."""
    refused = sliced(Refusal.within(workspace).defer("payload"), request, "at", "id")
    imports = list(Import.within(workspace).order_by("-started_at")[:12])
    return page(request, workspace, "people/arrivals.html", place="people/arrivals", imports=imports, refused=refused)
