"""Letters that everybody may read: /at/WORKSPACE/letters/, each on a page of its own, and as a feed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from markdown_it import MarkdownIt

from duologue.brand.book.queries import current as current_book
from duologue.engage.broadcasts.archive import Issue, issues
from duologue.platform.workspaces.hosts import public_url
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from duologue.web.public.look import look_of
from duologue.web.public.words import WORDS, language_of

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest

MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
KEPT: Final = 300  # seconds
_kept: dict[int, tuple[float, list[Issue]]] = {}
_looking = threading.Lock()


def _etag(_request: HttpRequest, workspace: str, **_which: Any) -> str | None:
    room = Workspace.objects.filter(name=workspace).first()
    found = _issues(room) if room else []
    return f'"{len(found)}-{int(found[0].at.timestamp())}"' if found else None


@require_safe
@cache_control(public=True, max_age=KEPT)
def letters(request: HttpRequest, workspace: str) -> HttpResponse:
    """List the letters, the newest first."""
    room = _room(workspace)
    return render(request, "public/letters.html", {**_frame(room), "issues": _issues(room)})


@require_safe
@csp_update({"img-src": ["https:"]})  # type: ignore[arg-type]
@cache_control(public=True, max_age=KEPT)
def letter(request: HttpRequest, workspace: str, name: str, number: int) -> HttpResponse:
    """Show one letter as nobody in particular would read it."""
    room = _room(workspace)
    found = next((one for one in _issues(room) if (one.name, one.number) == (name, number)), None)
    if found is None:
        raise Http404
    return render(request, "public/letter.html", {**_frame(room), "issue": found, "html": _html(found.text)})


@require_safe
@cache_control(public=True, max_age=KEPT)
@condition(etag_func=_etag)
def feed(_request: HttpRequest, workspace: str) -> HttpResponse:
    """Return the letters as an Atom feed (RFC 4287)."""
    room = _room(workspace)
    base = public_url(room)[0]
    here = base + reverse("public:letters", args=[room.name])
    made = Atom1Feed(
        title=current_book(room).name,
        link=here,
        description="",
        language=room.locale,
        feed_url=base + reverse("public:letters-feed", args=[room.name]),
    )
    for one in _issues(room):
        where = reverse("public:letter", args=[room.name, one.name, one.number])
        known_as = f"{settings.PUBLIC_URL}{where}"  # stays the same when the brand gets a host of its own
        made.add_item(
            title=one.title, link=base + where, description=_html(one.text), unique_id=known_as, pubdate=one.at, updateddate=one.at
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


letters.public = letter.public = feed.public = True  # type: ignore[attr-defined]


def _room(name: str) -> Workspace:
    found = Workspace.objects.filter(name=name).first()
    if found is None or not _issues(found):
        raise Http404
    return found


def _issues(room: Workspace) -> list[Issue]:
    """Return the letters, looked for again after a while by one reader; the others have the former ones meanwhile, or wait."""
    held = _kept.get(room.pk)
    if held is not None and time.monotonic() - held[0] <= KEPT:
        return held[1]
    if not _looking.acquire(blocking=held is None):
        assert held is not None
        return held[1]
    try:
        if _kept.get(room.pk) is held:
            _kept[room.pk] = (time.monotonic(), issues(room, now(room)))
        return _kept[room.pk][1]
    finally:
        _looking.release()


def forget() -> None:
    """Look for letters again at once; for tests, where row numbers begin anew."""
    _kept.clear()


def _frame(room: Workspace) -> dict[str, Any]:
    book, language = current_book(room), language_of(room.locale)
    return {"workspace": room, "brand": book, "look": look_of(book, room), "words": WORDS[language], "language": language}


def _html(markdown: str) -> str:
    return mark_safe(str(MARKDOWN.render(markdown)))  # noqa: S308 - no HTML of its own is let through
