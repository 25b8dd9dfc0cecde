"""Which host was asked for: the installation's own, one of a brand, which shows that brand's pages for people alone, or nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.request import split_domain_port, validate_host

from duologue.platform.workspaces.hosts import room_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

NOBODYS = "Nothing is served under this name here. Whoever looks after this site can add it to hosts.yaml."


class Hosts:
    """Set `request.own_room` for a brand's own host and answer 421 (RFC 9110, section 15.5.20) for one that is nobody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")
        host, _ = split_domain_port(named)
        if not validate_host(host, settings.ALLOWED_HOSTS):
            found = room_at(host.rstrip(".")) if host else None
            if found is None:
                return HttpResponse(NOBODYS, status=421, content_type="text/plain; charset=utf-8")
            request.own_room, request.own_home = found  # type: ignore[attr-defined]
            request.asked_host = named  # type: ignore[attr-defined]
            request.urlconf = "duologue.web.own_urls"
            # it has been looked up; what Django compares with its own list from here on is the installation's name
            request.META["HTTP_HOST"] = settings.PUBLIC_URL.split("//")[1].split("/")[0]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        """Refuse the pages of another workspace under a brand's own host."""
        own = own_room(request)
        if own is not None and kwargs.get("workspace", own.name) != own.name:
            raise Http404


def own_room(request: HttpRequest) -> Workspace | None:
    """Return whose own host was asked for; None on the installation's."""
    return getattr(request, "own_room", None)
