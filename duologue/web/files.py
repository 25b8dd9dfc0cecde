"""The pages' own files, read whole: they are small, and the ASGI server would wait for each piece of a stream."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

if TYPE_CHECKING:
    from django.http import HttpRequest
    from whitenoise.responders import StaticFile


class Files(WhiteNoiseMiddleware):  # type: ignore[misc]  # it comes untyped
    """Serves scripts, styles, letters and icons, compressed where the build made it so."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Return a file, or that the browser has it already."""
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as file:
                body = file.read()
        answer = HttpResponse(body, status=int(HTTPStatus(found.status)))
        del answer["content-type"]
        for name, value in found.headers:
            answer[name] = value
        return answer
