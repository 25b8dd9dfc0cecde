"""The settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.views.decorators.http import require_GET

from duologue.engage.carriers.queries import listed
from duologue.engage.carriers.rules import TITLES
from duologue.engage.channels.models import Relay
from duologue.engage.conversations.queries import teams
from duologue.people.shops.queries import address, shops
from duologue.platform.database.clock import database_now
from duologue.platform.staff import queries
from duologue.platform.staff.models import Key, Role
from duologue.platform.staff.rules import AREAS, Right, may
from duologue.web.access import inside
from duologue.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE = "setup/setup"


@require_GET
@inside(Right.LOOK)
def setup(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show ways out and teams; to owners also members and keys."""
    context: dict[str, Any] = {"relays": list(Relay.within(workspace).order_by("name")), "roles": Role.choices, "kinds": Key.Kind.choices}
    role = getattr(request, "role", "")
    if may(role, Right.SEE_PEOPLE):
        context |= {"members": queries.members(workspace), "teams": teams(workspace)}
    if may(role, Right.OWN):
        context |= {"keys": queries.keys(workspace), "invitations": queries.open_invitations(workspace, database_now())}
        context |= {"carriers": [(one, TITLES.get(one.kind, one.kind)) for one in listed(workspace)], "areas": AREAS}
        context |= {"shops": _shops(workspace), "script": f'<script async src="{settings.PUBLIC_URL}/site.js" data-key="…"></script>'}
    context["fresh_secret"] = request.session.pop("fresh_secret", None)
    return page(request, workspace, "setup/setup.html", place=PLACE, **context)


def _shops(workspace: Workspace) -> list[dict[str, str]]:
    """Return the shops that send webhooks, never with their secrets."""
    return [
        {"name": name, "kind": one.kind, "purpose": one.purpose, "address": address(workspace, name)}
        for name, one in sorted(shops(workspace).items())
    ]
