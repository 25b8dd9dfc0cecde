"""What is owed: perks that are out, on screen and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from duologue.engage.perks.liability import as_csv as written
from duologue.engage.perks.liability import liability as owed_at
from duologue.engage.perks.liability import total
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import as_table, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.LOOK)
def liability(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show what is out by offer: how many, what they are worth, and by when they end."""
    at = now(workspace)
    owed = owed_at(workspace, at)
    return page(request, workspace, "measure/liability.html", place="measure/liability", now=at, rows=owed, total=total(owed))


@require_GET
@inside(Right.LOOK)
def as_csv(_request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return the same as CSV, one offer on each line."""
    return as_table(written(owed_at(workspace, now(workspace)), workspace.currency), "owed")
