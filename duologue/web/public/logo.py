"""The brand's logo, for everybody: /at/WORKSPACE/look/logo.png."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from duologue.brand.book.queries import logo as kept
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.brand.book.models import Logo


def _etag(_request: HttpRequest, workspace: str, name: str) -> str | None:
    found = _found(workspace, name)
    return f'"{sha256(bytes(found.content)).hexdigest()[:16]}"' if found else None


@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_etag)
def logo(_request: HttpRequest, workspace: str, name: str) -> HttpResponse:
    """Return a logo that is kept here."""
    found = _found(workspace, name)
    if found is None:
        raise Http404
    return HttpResponse(bytes(found.content), content_type="image/png")


logo.public = True  # type: ignore[attr-defined]


def _found(workspace: str, name: str) -> Logo | None:
    room = Workspace.objects.filter(name=workspace).first()
    return kept(room, name) if room else None
