"""What people say: /at/WORKSPACE/voices/, as far as they allow it at this moment."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from duologue.brand.book.queries import current as current_book
from duologue.engage.contributions.queries import public_photo, shown, sizes
from duologue.platform.workspaces.models import Workspace
from duologue.web.public.look import look_of
from duologue.web.public.words import WORDS, language_of


@require_safe
@cache_control(no_cache=True)
def voices(request: HttpRequest, workspace: str) -> HttpResponse:
    """Show what was published, the newest first; what was taken back is not there from that moment on."""
    room = _room(workspace)
    book, language = current_book(room), language_of(room.locale)
    found = shown(room)
    measured = sizes(room, found)
    frame = {"workspace": room, "brand": book, "look": look_of(book, room), "words": WORDS[language], "language": language}
    return render(request, "public/voices.html", {**frame, "voices": [(one, *measured.get(one.pk, (0, 0))) for one in found]})


@require_safe
@cache_control(no_cache=True)
def voice_photo(_request: HttpRequest, workspace: str, number: int) -> HttpResponse:
    """Return a photo that is published and permitted."""
    content = public_photo(_room(workspace), number)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/jpeg")


voices.public = voice_photo.public = True  # type: ignore[attr-defined]


def _room(workspace: str) -> Workspace:
    room = Workspace.objects.filter(name=workspace).first()
    if room is None:
        raise Http404
    return room
