"""The brand's own pages: /at/WORKSPACE/SITE, or under its own host. No account, no cookie, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.decorators import csp_update
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from duologue.engage.sites.queries import shown
from duologue.engage.sites.rules.page import forms_of
from duologue.platform.workspaces.models import Workspace
from duologue.web.public.access import visit_of
from duologue.web.public.machines import is_a_machine
from duologue.web.public.remembered import remember, stamp_of
from duologue.web.public.site_form import take, which_of
from duologue.web.public.site_page import TEMPLATE, Here, Tried, context, here

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@csrf_exempt
@csp_update({"img-src": ["https:"]})  # type: ignore[arg-type]
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, workspace: str, name: str, token: str = "") -> HttpResponse:
    """Show a site; a POST checks one of its forms, keeps it and thanks. A link of one's own fills in what is known."""
    room = Workspace.objects.filter(name=workspace).first()
    stamp = stamp_of(room.pk, name) if room and not token and request.method == "GET" else (0, "")
    found = shown(room, name) if room else None
    visit = visit_of(request, token) if token else None
    if room is None or found is None or (token and (visit is None or visit.workspace != room)):
        raise Http404
    this = here(room, *found, request, visit)
    return _page(request, this, done=_done(request, this), stamp=stamp) if request.method != "POST" else _sent(request, this)


site.public = True  # type: ignore[attr-defined]


def _sent(request: HttpRequest, this: Here) -> HttpResponse:
    which = which_of(this, request)
    if which is None:
        raise Http404
    if (trouble := is_a_machine(request, this.room, this.site)) is not None:
        given = {key: request.POST.getlist(key) for key in request.POST}
        return trouble if trouble.status_code != 422 else _page(request, this, tried=Tried(which, given, again=True), status=422)
    tried = take(this, which, request)
    if tried is not None:
        return _page(request, this, tried=tried, status=422 if tried.faults else 200)
    language = f"&in={this.locale}" if "in" in request.GET else ""
    return HttpResponseRedirect(f"{request.path}?sent{f'={which}' if which else ''}{language}", status=303)


def _done(request: HttpRequest, this: Here) -> str | None:
    """Return the name of the form that was just sent."""
    name = request.GET.get("sent")
    return name if name is not None and name in forms_of(this.site) else None


def _page(
    request: HttpRequest,
    this: Here,
    *,
    done: str | None = None,
    tried: Tried | None = None,
    status: int = 200,
    stamp: tuple[int, str] = (0, ""),
) -> HttpResponse:
    shows = context(this, done=done, tried=tried)
    answer = render(request, TEMPLATE, shows, status=status)
    answer["Cache-Control"] = "no-store"
    answer["Content-Language"] = this.locale
    patch_vary_headers(answer, ["Accept-Language"])
    if this.visit is not None:
        answer["Referrer-Policy"] = "no-referrer"
        answer["X-Robots-Tag"] = "noindex, nofollow"
    elif stamp[1] and done is None and not any(part["kind"] == "voices" for part in shows["parts"]):  # who takes it back is heard at once
        remember(request, this.room, this.site.site, stamp, answer, shows["token"])
    return answer
