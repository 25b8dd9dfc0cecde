"""What is served under a brand's own host: its pages for people, and nothing for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import Http404, HttpResponseRedirect
from django.urls import include, path, reverse
from django.views.decorators.csrf import csrf_exempt

from duologue.web.hosts import own_room
from duologue.web.public.sites import site

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


@csrf_exempt
def home(request: HttpRequest) -> HttpResponse:
    """Show the page at the root of the host."""
    return own_site(request, getattr(request, "own_home", ""))


@csrf_exempt
def own_site(request: HttpRequest, name: str, token: str = "") -> HttpResponse:
    """Show a site under its short address."""
    room = own_room(request)
    if room is None or not name:
        raise Http404
    return cast("Callable[..., HttpResponse]", site)(request, workspace=room.name, name=name, token=token)


def letters(request: HttpRequest) -> HttpResponse:
    """Lead to the letters that everybody may read."""
    room = own_room(request)
    if room is None:
        raise Http404
    return HttpResponseRedirect(reverse("public:letters", args=[room.name]))


home.public = own_site.public = letters.public = True  # type: ignore[attr-defined]

urlpatterns = [
    path("", home, name="own-home"),
    path("letters/", letters, name="own-letters"),
    path("", include("duologue.web.public.urls")),
    path("<slug:name>", own_site, name="own-site"),
    path("<slug:name>/for/<str:token>", own_site, name="own-site-for"),
]
