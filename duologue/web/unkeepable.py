"""What no page can take, refused before any page is asked: zero bytes, and numbers that name nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import Http404, JsonResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, QueryDict

LARGEST_NUMBER = 2**63 - 1
ZERO = "What was sent holds a zero byte, which no text can keep."


class RefuseTheUnkeepable:
    """PostgreSQL keeps no zero byte in a text and no number beyond 63 bits.

    An address with either leads nowhere (404); a form or a question with a zero byte is refused (400).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        if _holds_zero(request.GET) or (request.method == "POST" and _holds_zero(request.POST)):
            if request.path_info.startswith("/api/"):  # programs read JSON
                return JsonResponse({"detail": ZERO}, status=400)
            raise BadRequest(ZERO)
        return self.get_response(request)

    def process_view(self, _request: HttpRequest, _view: Any, _args: Any, found: dict[str, Any]) -> None:
        """Let no number through that no row can have."""
        if any(isinstance(value, int) and value > LARGEST_NUMBER for value in found.values()):
            raise Http404


def _holds_zero(given: QueryDict) -> bool:
    return any("\x00" in name or any("\x00" in value for value in values) for name, values in given.lists())
