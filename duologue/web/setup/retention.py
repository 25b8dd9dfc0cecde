"""How long events and facts are kept, and the proof of what was removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from duologue.people.retention import queries
from duologue.people.retention.models import Removal
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import page, sliced

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.SEE_PEOPLE)
def retention(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the rules with what went by each, and each removal, the latest first."""
    found = sliced(Removal.within(workspace), request, "at", "id")
    sums = queries.sums(workspace)
    rules = [{"rule": one, "sum": sums.pop((one.kind, one.name), None)} for one in queries.rules(workspace)]
    return page(
        request,
        workspace,
        "setup/retention.html",
        place="setup/setup",
        rules=rules,
        former=[{"kind": kind, "name": name, "sum": gone} for (kind, name), gone in sums.items()],
        next_at=queries.next_at(workspace),
        found=found,
    )
