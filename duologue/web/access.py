"""The one way into a workspace's pages: signed in, a member, with the right that the page asks for."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404

from duologue.platform.staff.models import Membership
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from duologue.platform.staff.models import Staff


def inside(right: Right) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view in only for members who have the right; it is called with (request, workspace, …).

    To someone who is no member the workspace does not exist (404); a member without the right is refused (403).
    `request.role` then holds the member's role.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, workspace: str, *args: Any, **kwargs: Any) -> HttpResponse:
            room = Workspace.objects.filter(name=workspace).first()
            member = Membership.within(room).filter(staff=cast("Staff", request.user)).first() if room else None
            if room is None or member is None:
                raise Http404
            if not may(member.role, right):
                raise PermissionDenied
            request.role = member.role  # type: ignore[attr-defined]
            return view(request, room, *args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return decorate
