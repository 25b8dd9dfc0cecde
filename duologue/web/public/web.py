"""A letter in the browser: the same words as went out, for whoever holds its link, until its person is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.shortcuts import render

from duologue.engage.messages.keeping import web_version
from duologue.web.public.access import Visit, by_link

if TYPE_CHECKING:
    from django.http import HttpResponse as Response

AS_MAIL: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@by_link
def web(visit: Visit) -> Response:
    """Show the letter alone. It loads no picture that tells of it: the letter itself has one."""
    html = web_version(visit.workspace, visit.origin.delivery)
    if html is None:
        return render(visit.request, "public/unknown.html", {"words": visit.words, "language": visit.language, "look": None}, status=404)
    answer = HttpResponse(html)
    answer.headers["Content-Security-Policy"] = AS_MAIL
    return answer
