"""Told to stay with TLS: what browsers keep of an installation that is reached by https."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

A_YEAR: Final = "max-age=31536000"


class StayWithTls:
    """Where the public address begins with https, each answer says so (RFC 6797).

    TLS ends at a proxy before this process, which sees plain HTTP; browsers leave the header aside where there was no TLS.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SECURE_BEHIND_TLS:
            response.headers["Strict-Transport-Security"] = A_YEAR
        return response
