"""The way in for people: a signed link from a message of ours. No account, no cookie, nothing written by a GET."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from duologue.brand.book.queries import current
from duologue.engage.conversations.origin import Origin, origin_of
from duologue.people.profiles.queries import KnownPerson, people
from duologue.platform.secrets import signing
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from duologue.web.hosts import own_room
from duologue.web.public.listing import PAGES
from duologue.web.public.look import look_of
from duologue.web.public.words import WORDS, language_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from duologue.brand.book.rules import Book


@dataclass(slots=True)
class Visit:
    """Someone who came by a link of one delivery; `token` is that of the pages which every message links to."""

    request: HttpRequest
    token: str
    workspace: Workspace
    origin: Origin
    person: KnownPerson
    book: Book
    now: datetime

    @property
    def language(self) -> str:
        return language_of(self.person.locale or self.workspace.locale)

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.language]

    @property
    def pages(self) -> list[tuple[str, str]]:
        """Return the addresses of the person's other pages, and what they are called."""
        return [(reverse(f"public:{name}", args=[self.token]), self.words[word]) for name, word in PAGES]

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Render a page in the brand's look and the person's language."""
        shared = {
            "visit": self,
            "brand": self.book,
            "words": self.words,
            "look": look_of(self.book, self.workspace),
            "language": self.language,
        }
        return render(self.request, f"public/{template}", {**shared, **context}, status=status)


View = Callable[["Visit"], "HttpResponse"]


def by_link_for(use: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Let a view in for a link that we signed for this use; any other link is a 404 that tells nothing.

    No CSRF token is asked for: the signed link is the proof, and mail programs post to it (RFC 8058).
    """

    def opens(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
            visit = visit_of(request, token, use)
            if visit is None:
                return render(request, "public/unknown.html", {"words": WORDS["en"], "language": "en", "look": None}, status=404)
            answer = view(visit)
            answer["Referrer-Policy"] = "no-referrer"
            answer["X-Robots-Tag"] = "noindex, nofollow"
            return answer

        opened.public = True  # type: ignore[attr-defined]
        return opened

    return opens


by_link = by_link_for("page")


def visit_of(request: HttpRequest, token: str, use: str = "page") -> Visit | None:
    """Return who came by this link, or None when it is not ours or what it was for is gone."""
    numbers = signing.read(use, token)
    if numbers is None or len(numbers) != 2:
        return None
    workspace = Workspace.objects.filter(pk=numbers[0]).first()
    if (own := own_room(request)) is not None and own != workspace:
        return None
    origin = origin_of(workspace, numbers[1], about=use == "parent") if workspace else None
    if workspace is None or origin is None:
        return None
    person = people(workspace, [origin.person])[origin.person]
    page = token if use == "page" else signing.sign("page", *numbers)
    return Visit(request, page, workspace, origin, person, current(workspace), now(workspace))
